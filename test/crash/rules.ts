import { setTimeout as pause } from 'node:timers/promises'
import { type Start, type Started, startRuns } from '../../src/kernel/runs.ts'
import { Actor } from './actor.ts'
import { DAY_MS } from './events.ts'
import type { Ledger } from './ledger.ts'
import type { Input } from './program.ts'
import type { Remains } from './remains.ts'
import { uuid, type World } from './world.ts'

/** A start that follows a rule, and what became of it. */
export type Ruled = {
  readonly kind: Kind
  readonly key: string
  readonly input: Input
  readonly periodMs: number
  readonly maxMs: number
  readonly sentAt: number
  /** Order of what this process saw. */
  readonly sent: number
  answered: number | null
  /** The run that stands for it; null: it was refused, or nobody knows yet. */
  run: string | null
}

const KINDS = { singleton: 10, throttle: 4, debounce: 8, batch: 9, within: 7 } as const
type Kind = keyof typeof KINDS

const BATCH = 4
/** Of a debounce: one for each key, or a later start could bring the begin forward. */
const PERIODS = { x: 12, y: 35 }

/** Somebody outside who starts runs that follow rules, and insists on answers. */
export class Starter extends Actor {
  async act(calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) {
      try {
        await this.#start()
      } catch (error) {
        this.world.broke(this.name, error)
      }
      await pause(this.random.next() * 8)
    }
  }

  async #start(): Promise<void> {
    const { ledger, lab } = this.world
    const many = this.random.chance(0.15) ? 8 : this.random.between(1, 3)
    const starts = Array.from({ length: many }, () => this.#describe())
    const { answer, times } = await this.world.surely(() => startRuns(this.db, lab.tenant, starts))
    const answered = ledger.tick()
    starts.forEach(({ id }, i) => {
      this.#heed(id, answer[i] as Started, answered, times)
    })
  }

  #heed(id: string, started: Started, answered: number, times: number): void {
    const { ledger } = this.world
    const ruled = ledger.ruled.get(id) as Ruled
    ledger.note(this.name, `start ${id}: ${JSON.stringify(started)}`)
    ruled.answered = answered
    ruled.run = started.kind === 'made' ? id : null
    if (started.kind === 'made') {
      Object.assign(ledger.starts.get(id) as object, { acknowledged: true })
      return
    }
    // a call that comes late, after the one that was heard, may have made a run all the same
    if (times === 1) ledger.starts.delete(id)
    if (started.kind === 'existing') {
      ruled.run = started.run
    } else if (ruled.kind !== 'singleton' || started.kind !== 'held')
      ledger.violated(`run ${id}: its start was answered by ${JSON.stringify(started)}`)
  }

  #describe(): Start {
    const { ledger, base, slot } = this.world
    const random = this.random
    const kind = random.weighted(KINDS)
    const key = random.pick(['x', 'y'] as const)
    const id = this.world.drawId()
    const short = kind === 'debounce' ? PERIODS[key] : random.between(5, 40)
    const periodMs = kind === 'throttle' ? DAY_MS : short
    const maxMs = periodMs * 3
    const input = { seed: id, depth: 0, start: id, ...this.world.common }
    const sentAt = Date.now()
    const text = JSON.stringify(kind === 'batch' ? [input] : input)
    const common = { kind, key, input, periodMs, maxMs, sentAt, sent: ledger.tick() }
    ledger.ruled.set(id, { ...common, answered: null, run: null })
    const sent = { input: text, delayMs: null, timeoutMs: null, key: null, sentAt }
    ledger.starts.set(id, { ...sent, acknowledged: false })
    const values = { k: `${base}-${key}` }
    const rule = {
      singleton: { singleton: { on: random.pick(['reject', 'replace', 'join']), key: values } },
      throttle: { throttle: { period_ms: periodMs, key: values } },
      debounce: { debounce: { period_ms: periodMs, max_ms: maxMs, key: values } },
      batch: { batch: { size: BATCH, timeout_ms: periodMs, key: values } },
      within: undefined,
    }[kind]
    const meta = {
      workflow: slot.workflow,
      ...(rule ? { rules: rule } : { start_within_ms: periodMs }),
    }
    ledger.note(this.name, `starts ${id} ${text} ${JSON.stringify(meta)}`)
    const route = random.pick(slot.routes)
    return { id, route, delayMs: null, input: text, meta: JSON.stringify(meta) }
  }
}

/** Before when a debounced run cannot begin, as far as was known at that moment. */
export function debouncedUntil(ledger: Ledger, run: string, asked: number): number {
  const first = ledger.ruled.get(run)
  if (first?.kind !== 'debounce') return 0
  const known = [...ledger.ruled.values()].filter(
    (ruled) => ruled.run === run && ruled.answered !== null && ruled.answered < asked,
  )
  return Math.max(
    0,
    ...known.map(({ sentAt, periodMs, maxMs }) =>
      Math.min(sentAt + periodMs, first.sentAt + maxMs),
    ),
  )
}

/** $1: the routes of the history, $2: the least id of its runs. A run that is being undone has no key any more. */
export const RULE_AUDIT = `
select 'is alive beside another of its key: ' || string_agg(l.run_id::text, ' ') as what, min(l.run_id) as run
from millrace.live l join millrace.runs r on r.id = l.run_id
where l.route_id = any ($1) and l.run_id >= $2 and l.undo is distinct from 'b' and l.undo_ask is null
  and r.meta::json #> '{rules,singleton}' is not null
group by r.meta::json #>> '{rules,singleton,key}' having count(*) > 1`

function ruleOf({ meta }: Remains, kind: Ruled['kind']): { key?: unknown } | undefined {
  return kind === 'within' ? undefined : meta.rules?.[kind]
}

/** Rules of starts hold, and what was accepted is in a run. */
export function checkRules({ ledger }: World, remains: ReadonlyMap<string, Remains>): void {
  const runs = [...remains.values()].filter(({ retriedFrom }) => retriedFrom === null)
  for (const [id, { run, kind, key }] of ledger.ruled) {
    if (run === null) continue
    const other = remains.get(run)
    if (other === undefined) ledger.violated(`run ${run} was to stand for ${id}, and is not there`)
    // also the retry of a run has its rule and its key, whoever has heard of it
    else if (run !== id && !JSON.stringify(ruleOf(other, kind)?.key)?.endsWith(`-${key}"}`))
      ledger.violated(`run ${id} was given ${run} instead`)
  }
  checkSingletons(ledger, [...remains.values()])
  for (const rule of ['throttle', 'debounce', 'batch'] as const) {
    const ruled = runs.filter(({ meta }) => meta.rules?.[rule])
    if (rule === 'throttle') checkThrottle(ledger, ruled)
    else if (rule === 'debounce') for (const run of ruled) checkDebounce(ledger, run)
    else checkBatches(ledger, ruled)
  }
  for (const run of runs) checkWithin(ledger, run)
}

/** Of two runs with one key the later began when the earlier was over, or took its place. */
function checkSingletons(ledger: Ledger, all: readonly Remains[]): void {
  const runs = all.filter(({ meta }) => meta.rules?.singleton)
  for (const late of runs) {
    for (const early of runs) {
      const [one, other] = [early, late].map((run) =>
        JSON.stringify(run.meta.rules?.singleton?.key),
      )
      if (one !== other || early === late || early.createdAt > late.createdAt) continue
      if (early.createdAt.getTime() === late.createdAt.getTime() && early.run > late.run) continue
      const begin = early.journal.find(({ kind }) => kind === 'b')
      const end = begin ?? early.outcome
      const isReplaced =
        // it had been cancelled before, by whomever, and its owner was to hear of it
        begin?.data?.includes('"status" : "x"') ||
        runs.some(
          // by one that came before, or in the same call
          ({ run, createdAt }) =>
            createdAt <= late.createdAt &&
            early.journal.some(({ data }) => data?.includes(`replaced by run ${uuid(run)}`)),
        )
      if (!isReplaced && (end === null || end.at > late.createdAt))
        ledger.violated(`run ${late.run} began while ${early.run} had its key`)
    }
  }
}

function checkThrottle(ledger: Ledger, runs: readonly Remains[]): void {
  const keys = runs.map(({ meta }) => JSON.stringify(meta.rules?.throttle?.key))
  runs.forEach(({ run }, i) => {
    const other = keys.indexOf(keys[i] as string)
    if (other < i) ledger.violated(`run ${run} began within the period of ${runs[other]?.run}`)
  })
}

/** The last of the starts counts, whatever was sent after it had been answered. */
function checkDebounce(ledger: Ledger, { run, input }: Remains): void {
  const { start } = JSON.parse(input) as Input
  const own = ledger.ruled.get(start ?? '')
  if (own === undefined || (own.run !== null && own.run !== run))
    return ledger.violated(`run ${run} has the input of ${start}, which is not its own`)
  for (const [id, later] of ledger.ruled) {
    if (later.run === run && own.answered !== null && later.sent > own.answered)
      ledger.violated(
        `run ${run} has the input of ${start}, and not that of ${id}, which came later`,
      )
  }
}

/** Each input is in one run, and that is the one that its start was told. */
function checkBatches(ledger: Ledger, runs: readonly Remains[]): void {
  const places = new Map<string, string[]>()
  for (const { run, input } of runs) {
    const items = JSON.parse(input) as Input[]
    if (items.length > BATCH) ledger.violated(`run ${run} has ${items.length} inputs in its batch`)
    for (const { start } of items) {
      places.set(start as string, [...(places.get(start as string) ?? []), run])
    }
  }
  for (const [id, { kind, run }] of ledger.ruled) {
    if (kind !== 'batch') continue
    const is = places.get(id) ?? []
    if (is.length > 1 || (run !== null && is[0] !== run))
      ledger.violated(`run ${run} was to have the input of ${id}, which is in [${is}]`)
  }
}

/** A run failed for not having begun, and no worker ever had it. */
function checkWithin(ledger: Ledger, { run, meta, outcome, createdAt }: Remains): void {
  if (!outcome?.output?.includes('"start_within"')) return
  const within = meta.start_within_ms
  if (within === undefined) ledger.violated(`run ${run} had to begin in time, and nobody said so`)
  else if (ledger.wasOwned(run))
    ledger.violated(`run ${run} had begun, and failed as if it had not`)
  else if (outcome.at.getTime() < createdAt.getTime() + within)
    ledger.violated(`run ${run} had more time to begin`)
}

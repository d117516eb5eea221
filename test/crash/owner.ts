import type { Advance, LeasedTask } from '../../src/kernel/tasks.ts'
import type { ChildStart, Emission, JournalRow, Verdict, Wait } from '../../src/model/journal.ts'
import { OwnerState, undoKey } from './owner-state.ts'
import { type Input, type Item, type Place, programOf, readInput } from './program.ts'

/** What an owner does outside the database, and what chance decides for it. */
export type Hands = {
  /** One attempt of a step: returns what it gave, which is known to the ledger. */
  attempt(owner: Owner, key: string, number: number): string
  /** Whether a step that could be tried is tried in this turn; else it still runs, as it were. */
  wants(item: Item): boolean
  chance(probability: number): boolean
  /** The start of a child, under an id that is the worker's own. */
  child(owner: Owner, input: Input): ChildStart
  /** An event, under an id that is the worker's own. `tag`: what the step gives. */
  emission(owner: Owner, place: Place, tag: string): Emission
}

/** A write, with where the run stands once it is durable. */
export type Draft = {
  readonly advance: Advance
  readonly after: OwnerState
  /** It is part of a user's transaction. */
  readonly joins?: true
}

/**
 * The owner of a run as the kernel expects it: the rules, in the order in which they matter.
 *
 * 1. What happened is in the journal, by key. A key that has ended never begins again.
 * 2. A write names the length that the journal then has. There is one write at a time, and one whose
 *    outcome is unknown is sent again as it is.
 * 3. What others can see (a step, the end of the run) begins only when all before it is durable. So the
 *    last result may travel with whatever follows it, but nothing runs on top of it before that.
 * 4. A failed attempt is recorded together with the wait (~key) that must pass before the next.
 * 5. A wait's time is given once; from then on the kernel keeps it (ms null), whoever owns the run.
 * 6. News are rows that the kernel wrote into the journal: they count, and the run goes on.
 * 7. A wait for time alone that is over when the run comes here is over: its row goes with the next write,
 *    whatever that is for, and nothing waits for it.
 * 8. After `stale` or `paused` the run is somebody else's: nothing more is done for it.
 * 9. Before the first step with an undo begins, the journal says so (row a).
 * 10. A run that fails after that writes row b instead, and goes on with its undos, the last result first, each
 *    durable before the next. Nothing else begins behind row b. When all are through it ends as row b says.
 * 11. After `undo` the run was cancelled, and nothing of the write was taken, unless the journal is longer than
 *    the owner knows: then an earlier sending was. What it did is said again with row b; what would begin something is not.
 */
export class Owner {
  readonly task: LeasedTask
  readonly parent: string | null
  readonly #ends: 'c' | 'f'
  #length: number
  /** Rows that go with the next write. */
  #late: JournalRow[] = []
  /** Events that go with them. */
  #lateEmits: readonly Emission[] = []
  #state: OwnerState

  /** @throws if the journal does not fit the program */
  constructor(task: LeasedTask) {
    const program = programOf(readInput(task.input ?? ''))
    this.task = task
    this.parent =
      task.meta === null ? null : ((JSON.parse(task.meta) as { parent?: string }).parent ?? null)
    this.#ends = program.ends
    this.#length = task.journal.length
    this.#state = new OwnerState(program)
    for (const row of task.journal) this.#state.add(row)
    for (const [key, ms] of task.waits) {
      if (ms === null || ms >= 0 || this.#state.entry(key).end) continue
      const row: JournalRow = { kind: 't', name: key, data: null }
      this.#late.push(row)
      this.#state.add(row)
    }
    this.#state.check()
    for (const key of task.waits.keys()) {
      if (!this.#state.entry(key).end) this.#state.pending.set(key, { key, name: null, ms: null })
    }
    for (const wait of this.#state.waits()) {
      if (task.waits.has(wait.key)) this.#keep(this.#state, wait)
    }
  }

  /** The transactions that this turn may run: each has a write of its own, within the user's. */
  transactions(): Item[] {
    if (this.#state.begin) return []
    return this.#state.runnable().filter((item) => this.#commits(item))
  }

  /** The next write; null if there is nothing to say. */
  next(hands: Hands): Draft | null {
    if (this.#state.begin) return this.#nextUndo(hands)
    const after = this.#state.copy()
    const rows: JournalRow[] = []
    const begun: Begun = { children: [], emits: [] }
    for (const item of after.runnable()) {
      if (this.#commits(item) || !hands.wants(item)) continue
      if (item.kind === 'step' && item.undo && !this.#state.armed) {
        if (after.armed) continue
        const arm: JournalRow = { kind: 'a', name: '', data: null }
        rows.push(arm)
        after.add(arm)
        continue
      }
      const row = this.#work(item, after, hands, begun)
      if (row === null) continue
      rows.push(row)
      after.add(row)
    }
    return this.#follow(after, rows, begun, hands)
  }

  /** The write of a transaction that gave `data`. */
  transacted(item: Item, data: string): Draft {
    const after = this.#state.copy()
    const rows: JournalRow[] = [{ kind: 'r', name: item.key, data }]
    for (const row of rows) after.add(row)
    return { ...this.#write('k', after, rows, {}), joins: true }
  }

  /** Asks the kernel for what an earlier write of unknown outcome left in the journal. */
  probe(): Draft {
    const after = this.#state.copy()
    const wait: Wait = { key: '~probe', name: null, ms: 3_600_000 }
    return this.#write('k', after, [], { waits: [...after.waits(), wait] })
  }

  /** What the kernel answered to a draft. Returns whether the run is still this owner's. */
  heed(draft: Draft, verdict: Verdict): boolean {
    const { op, length, waits = [] } = draft.advance
    if (verdict.kind === 'stale' || verdict.kind === 'paused') return false
    if (verdict.kind === 'undo') return this.#undo(draft, verdict.data, verdict.length)
    this.#state = draft.after
    this.#length = length
    this.#late = []
    this.#lateEmits = []
    for (const wait of waits) this.#keep(this.#state, wait)
    if (verdict.kind !== 'news') return op === 'k'
    for (const row of verdict.rows) {
      if (row.kind === '~') this.#state.quiet(row.name)
      else {
        this.#state.add(row)
        this.#length++
      }
    }
    return true
  }

  /** The run was cancelled: what the draft brought goes with row b. */
  #undo({ advance, after, joins }: Draft, data: string, length: number): boolean {
    const { rows, tail = [], emits = [] } = advance
    const taken = length > this.#length
    if (taken && !joins) this.#state = after.copy()
    const kept = [...rows, ...tail].filter(({ kind }) => 'reft'.includes(kind))
    const begin: JournalRow = { kind: 'b', name: '', data }
    const again = taken || joins ? [] : kept
    if (!joins) this.#lateEmits = taken ? [] : emits
    const known = new Set(this.#late) // timers that were over at the claim: the state has them
    this.#late = [...(joins ? this.#late : []), ...again, begin]
    this.#length = Math.max(length, this.#length)
    for (const row of [...again, begin]) if (!known.has(row)) this.#state.add(row)
    return true
  }

  /** The next of the undos. */
  #nextUndo(hands: Hands): Draft {
    const after = this.#state.copy()
    if (this.#late.length > 0) return this.#write('k', after, [], {})
    const step = after.toUndo
    if (step === undefined) {
      const { status, failure } = after.begin as NonNullable<OwnerState['begin']>
      if (status === 'f') return this.#write('f', after, [], { output: JSON.stringify(failure) })
      return this.#write('x', after, [{ kind: 'x', name: '', data: '{}' }], {})
    }
    const key = undoKey(step)
    const wait = after.pending.get(`~${key}`)
    if (wait) return this.#write('w', after, [], { waits: [wait] })
    if (hands.chance(0.05)) return this.#write('y', after, [], {})
    const failures = after.entry(key).failures
    const data = hands.attempt(this, key, failures + 1)
    const fails = failures < 2 && hands.chance(0.3)
    const row: JournalRow = { kind: fails ? 'i' : 'n', name: step, data }
    after.add(row)
    if (!fails) return this.#write('k', after, [row], {})
    const again = { key: `~${key}`, name: null, ms: 5 }
    after.pending.set(again.key, again)
    return this.#write('w', after, [row], { waits: [again] })
  }

  #commits(item: Item): boolean {
    return item.kind === 'transaction' && this.#state.entry(item.key).failures >= item.tries.failing
  }

  #keep(state: OwnerState, wait: Wait): void {
    if (wait.key !== '~probe') state.pending.set(wait.key, { ...wait, ms: null })
  }

  /** One attempt of what can be done now: its row, null for a poll without an answer. */
  #work(item: Item, after: OwnerState, hands: Hands, begun: Begun): JournalRow | null {
    const { key } = item
    if (item.kind === 'child') {
      const child = hands.child(this, item.input)
      begun.children.push(child)
      return { kind: 'c', name: key, data: JSON.stringify({ run: child.id }) }
    }
    const number = after.entry(key).failures + 1
    const data = hands.attempt(this, key, number)
    if (item.kind === 'poll') {
      if (hands.chance(0.3)) return { kind: 'r', name: key, data }
      after.pending.set(`?${key}`, { key: `?${key}`, name: null, ms: item.ms })
      return null
    }
    if (item.kind === 'emit') {
      begun.emits.push(hands.emission(this, item.event, data))
      return { kind: 'r', name: key, data }
    }
    if (item.kind !== 'step' && item.kind !== 'transaction')
      throw new Error(`${item.kind} cannot run`)
    if (number > item.tries.failing) return { kind: 'r', name: key, data }
    if (number >= item.tries.most) return { kind: 'f', name: key, data }
    after.pending.set(`~${key}`, { key: `~${key}`, name: null, ms: item.tries.pauseMs })
    return { kind: 'e', name: key, data }
  }

  /** What to write, given what was done in this turn. */
  #follow(after: OwnerState, rows: JournalRow[], part: Begun, hands: Hands): Draft | null {
    const stage = after.stage
    if (stage === undefined && (rows.length === 0 || hands.chance(0.7))) {
      const failed = after.failed
      const output = failed ? JSON.stringify({ message: 'failed', stepId: failed }) : '{"end":true}'
      if (after.armed && (failed ? 'f' : this.#ends) === 'f') {
        const data = `{"status":"f","failure":${output},"reason":null,"by":null}`
        const begin: JournalRow = { kind: 'b', name: '', data }
        after.add(begin)
        return this.#write('k', after, [...rows, begin], part)
      }
      return this.#write(failed ? 'f' : this.#ends, after, rows, { ...part, output })
    }
    const waits = after.waits()
    const idle = after.runnable().length === 0
    const known = waits.every((wait) => wait.ms === null)
    if (stage?.[0]?.kind === 'pause') {
      const row: JournalRow = { kind: 'p', name: '', data: '{"reason":"step","by":null}' }
      return this.#write('p', after, [...rows, row], { ...part, waits, output: 's' })
    }
    if (idle && waits.length > 0 && hands.chance(0.9))
      return this.#write('w', after, rows, { ...part, waits })
    if (known && hands.chance(0.06)) return this.#write('y', after, rows, part)
    if (rows.length === 0 && waits.length === 0) return null
    return this.#write('k', after, rows, { ...part, waits })
  }

  #write(op: Advance['op'], after: OwnerState, made: JournalRow[], part: Partial<Advance>): Draft {
    const rows = [...this.#late, ...made]
    const ends = op === 'c' || op === 'f'
    const length = this.#length + (ends ? 0 : rows.length)
    const { run, task, fence } = this.task
    const tail = ends && rows.length > 0 ? { tail: rows } : {}
    const { parent } = this
    const emits = [...this.#lateEmits, ...(part.emits ?? [])]
    const advance = {
      ...part,
      ...tail,
      ...(emits.length > 0 ? { emits } : { emits: undefined }),
      run,
      task,
      fence,
      parent,
      op,
      length,
      rows: ends ? [] : rows,
    }
    return { advance: advance as Advance, after }
  }
}

/** What a turn begins outside the run. */
type Begun = { readonly children: ChildStart[]; readonly emits: Emission[] }

/** A write as a trace tells it. */
export function describeWrite(advance: Advance): string {
  const rows = [...advance.rows, ...(advance.tail ?? [])].map(({ kind, name }) => kind + name)
  const waits = (advance.waits ?? []).map(
    ({ key, name, ms }) => `${key}=${name ?? ''}${ms === null ? '' : `+${ms}`}`,
  )
  return `${advance.op} ${advance.length} [${rows}] waits [${waits}] fence ${advance.fence}${(advance.emits ?? []).map(({ id, name }) => ` emits ${id} ${name}`).join('')}`
}

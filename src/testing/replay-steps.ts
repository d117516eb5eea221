import type { JournalRow } from '../model/journal.ts'
import type { WorkflowPlugin } from '../workflow/plugin.ts'
import type { StepBaseContext, StepDefinition } from '../workflow/step-types.ts'

type Step = (id: string, ...rest: unknown[]) => Promise<unknown>

/** What a replay tells of its steps. */
export type ReplayNews = {
  /** A step would run: the history is at its end. */
  beyond(): void
  /** A step that the history does not have was called. */
  unknown(): void
}

/** Where each method has what it calls; -1: it calls nothing. */
const calls: { [name in keyof StepBaseContext]?: number } = {
  run: 0,
  transaction: 0,
  map: 1,
  poll: 0,
  waitFor: -1,
  waitForAny: -1,
  waitForAll: -1,
  approval: -1,
  waitUntil: -1,
  delay: -1,
  sleep: -1,
  pause: -1,
  invoke: -1,
  startWorkflow: -1,
  emitEvent: -1,
  now: -1,
  random: -1,
  uuid: -1,
}

/** The steps of a replay: none calls the function that it is given, and they know the history. */
export class ReplaySteps {
  /** The first step that was called and is not in the history. */
  unknown: string | null = null
  /** As the first of the plugins, so that the methods that others add go through it. */
  readonly plugin: WorkflowPlugin<StepBaseContext>
  readonly #recorded: ReadonlySet<string>
  readonly #called = new Map<string, number>()
  readonly #news: ReplayNews

  constructor(journal: readonly JournalRow[], news: ReplayNews) {
    // the items of a map and the parts of a wait for all are recorded each
    const own = journal.filter(({ kind }) => !'msl'.includes(kind))
    this.#recorded = new Set(own.map(({ name }) => name.replace(/\[\d+\]$|~.*$/, '')))
    this.#news = news
    this.plugin = { name: 'replay', methods: (step) => this.#methods(step) }
  }

  /** The first step of the history that the code has not called. */
  missing(): string | null {
    for (const key of this.#recorded) {
      const [, id, count] = /^(.*?)(?:#(\d+))?$/.exec(key) as RegExpExecArray
      if (Number(count ?? 1) > (this.#called.get(id as string) ?? 0)) return key
    }
    return null
  }

  #methods(step: StepBaseContext): object {
    const methods = Object.entries(calls).map(([name, place]) => {
      const original = step[name as keyof StepBaseContext] as unknown as Step
      const replay: Step = (id = name, ...rest) => {
        this.#note(id)
        if (place >= 0) rest[place] = this.#inert(rest[place])
        return original(id, ...rest)
      }
      return [name, replay]
    })
    return Object.fromEntries(methods)
  }

  #note(id: string): void {
    const call = (this.#called.get(id) ?? 0) + 1
    this.#called.set(id, call)
    const key = call === 1 ? id : `${id}#${call}`
    if (this.#recorded.has(key)) return
    this.unknown ??= key
    this.#news.unknown()
  }

  #inert(called: unknown): unknown {
    const beyond = () => {
      this.#news.beyond()
      return new Promise<never>(() => {})
    }
    if (typeof called === 'function') return beyond
    return { ...(called as StepDefinition), handler: beyond, options: {} }
  }
}

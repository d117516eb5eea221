import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunHost } from '../../src/definition/host.ts'
import type { Change, JournalRow, Verdict } from '../../src/model/journal.ts'
import { quietLogger, runLogger } from '../../src/model/logger.ts'
import type { StepBaseContext } from '../../src/workflow/step-types.ts'
import { workflow } from '../../src/workflow/workflow.ts'

/** A program of steps, beside and after each other. `turns`: how long a step's handler takes. */
type Program =
  | { readonly op: 'run' | 'fail' | 'helper'; readonly turns: number }
  | { readonly op: 'now' | 'uuid' | 'nap' }
  | { readonly op: 'map'; readonly items: readonly number[] }
  | { readonly op: 'seq' | 'race' | 'all' | 'any'; readonly of: readonly Program[] }

const turns = fc.nat(4)
const { program } = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ op: fc.constantFrom('run', 'fail', 'helper'), turns }),
    fc.record({ op: fc.constantFrom('now', 'uuid', 'nap') }),
    fc.record({ op: fc.constant('map'), items: fc.array(turns, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      op: fc.constantFrom('seq', 'race', 'all', 'any'),
      of: fc.array(tie('program'), { minLength: 1, maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Program>,
}))

/** Runs a program, and notes who won each race, in the order in which the handler hears of it. */
class Interpreter {
  readonly heard: string[] = []
  readonly #step: StepBaseContext
  #calls = 0

  constructor(step: StepBaseContext) {
    this.#step = step
  }

  async run(p: Program): Promise<string> {
    const name = `${p.op}${this.#calls++}`
    const won = await this.#call(p, name)
    this.heard.push(`${name}=${won}`)
    return won
  }

  async #call(p: Program, name: string): Promise<string> {
    const step = this.#step
    switch (p.op) {
      case 'run':
        return step.run(name, () => after(p.turns, name))
      case 'helper':
        // an async function around a step: the handler hears of its result some awaits later
        return (async () => (async () => step.run(name, () => after(p.turns, name)))())()
      case 'fail':
        return step
          .run(name, () => after(p.turns, name).then(() => Promise.reject(new Error(name))), {
            retry: false,
          })
          .catch((error: Error) => error.message)
      case 'now':
        return (await step.now(name)).toISOString()
      case 'uuid':
        return step.uuid(name)
      case 'nap':
        await step.delay(name, '1 s')
        return name
      case 'map':
        return (await step.map(name, p.items, (n, { index }) => after(n, `${index}`))).join()
      case 'seq': {
        let last = ''
        for (const one of p.of) last = await this.run(one)
        return last
      }
      case 'race':
        return Promise.race(p.of.map((one) => this.run(one)))
      case 'all':
        return (await Promise.all(p.of.map((one) => this.run(one)))).join()
      case 'any':
        return Promise.any(p.of.map((one) => this.run(one)))
    }
  }
}

async function after<T>(count: number, value: T): Promise<T> {
  for (let i = 0; i < count; i++) await turn()
  return value
}

/** A kernel in memory: time passes when the run waits for it. */
class Kernel {
  readonly journal: JournalRow[] = []
  readonly #waits = new Map<string, number>()
  #now = 0

  readonly host = {
    logger: runLogger(quietLogger, 'fuzz'),
    now: () => new Date(this.#now),
    write: async (change: Change): Promise<Verdict> => {
      await after(2, null)
      this.journal.push(...change.rows)
      for (const { key, ms } of change.waits ?? [])
        if (ms !== null) this.#waits.set(key, this.#now + ms)
      return { kind: 'done' }
    },
  } as unknown as RunHost

  lease() {
    const waits = new Map([...this.#waits].map(([key, at]) => [key, at - this.#now]))
    const run = { id: 'run', workflowId: 'fuzz', version: '1', tenant: 'default', tags: [] }
    const rest = { resourceId: null, retries: null, input: null, crashes: 0 }
    return { ...run, ...rest, journal: [...this.journal], waits }
  }

  /** Ends the wait that is due next. */
  pass(): void {
    const [first] = [...this.#waits].sort((a, b) => a[1] - b[1])
    if (first === undefined) return
    this.#now = Math.max(this.#now, first[1])
    this.#waits.delete(first[0])
    if (!/^[~?]/.test(first[0])) this.journal.push({ kind: 't', name: first[0], data: null })
  }
}

/** Replays it after each wait, until it ends. What was heard before must be heard again, in order. */
async function live(p: Program): Promise<void> {
  const kernel = new Kernel()
  let before: string[] = []
  for (let replays = 0; replays < 50; replays++) {
    let interpreter: Interpreter | undefined
    const definition = workflow('fuzz', async ({ step }) => {
      interpreter = new Interpreter(step)
      await interpreter.run(p)
      await step.delay('last', '1 s') // one more replay of the whole
      return 'done'
    })
    const end = await definition.run(kernel.lease(), kernel.host).done
    const heard = interpreter?.heard ?? []
    expect(heard.slice(0, before.length)).toEqual(before)
    if (end.kind === 'completed') return
    expect(end.kind).toBe('parked')
    before = [...heard]
    kernel.pass()
  }
  throw new Error('it does not end')
}

test('what a handler hears, it hears in the same order at every replay', async () => {
  await fc.assert(fc.asyncProperty(program, live), { numRuns: 2000, endOnFailure: false })
}, 60_000)

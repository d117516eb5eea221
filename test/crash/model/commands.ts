import fc from 'fast-check'
import type { JournalRow, Wait } from '../../../src/model/journal.ts'
import type { Answer, Life } from './life.ts'
import type { Subject } from './subject.ts'

const HOUR_MS = 3_600_000
type Command = fc.AsyncCommand<Life, Subject>

/** A command: what it does to both, and when it makes sense. Afterwards both must look the same. */
function command(
  name: string,
  run: (life: Life, subject: Subject) => Promise<void>,
  check: (life: Life) => boolean = () => true,
): Command {
  return {
    check,
    async run(life, subject) {
      await run(life, subject)
      await subject.compare(life)
    },
    toString: () => name,
  }
}

const owned = (life: Life) => life.state === 'leased'

/** An owner's write, and what it should be told. */
async function say(
  subject: Subject,
  expected: Answer,
  part: { op: 'k' | 'w' | 'y' | 'p'; rows?: JournalRow[]; waits?: Wait[]; output?: string },
): Promise<void> {
  await subject.say({ rows: [], ...part }, expected)
}

const row = (kind: JournalRow['kind'], name: string): JournalRow => ({ kind, name, data: null })

/** A step fails, and the next attempt waits. */
function backOff(hours: number): Command {
  return command(
    `backOff(${hours})`,
    async (life, subject) => {
      const step = subject.newKey()
      const answer = life.wait(
        [{ key: `~${step}`, name: null, until: life.hour + hours }],
        [`e ${step}`],
      )
      const waits = [{ key: `~${step}`, name: null, ms: hours * HOUR_MS }]
      await say(subject, answer, { op: 'w', rows: [row('e', step)], waits })
    },
    owned,
  )
}

/** Waits for one or two things at once. */
function wait(things: readonly { name: string | null; hours: number | null }[]): Command {
  return command(
    `wait(${JSON.stringify(things)})`,
    async (life, subject) => {
      const waits = things.map(({ name, hours }) => ({ key: subject.newKey(), name, hours }))
      const answer = life.wait(
        waits.map(({ key, name, hours }) => ({
          key,
          name,
          until: hours === null ? null : life.hour + hours,
        })),
      )
      const asked = waits.map(({ key, name, hours }) => ({
        key,
        name,
        ms: hours === null ? null : hours * HOUR_MS,
      }))
      await say(subject, answer, { op: 'w', waits: asked })
    },
    owned,
  )
}

const advanceClock = (hours: number) =>
  command(`advanceClock(${hours})`, async (life, subject) => {
    life.hour += hours
    life.tick()
    await subject.advanceClock(hours * HOUR_MS)
  })

const signal = (name: string) =>
  command(`signal(${name})`, async (life, subject) => subject.signal(name, life.signal(name)))

const end = (op: 'c' | 'f') =>
  command(
    `end(${op})`,
    async (life, subject) => {
      const key = subject.newKey()
      life.end(op === 'c' ? 'completed' : 'failed', [`r ${key}`])
      await subject.end(op, [row('r', key)])
    },
    owned,
  )

const claim = () => command('claim', async (life, subject) => subject.claim(life.claim()))

const record = () =>
  command(
    'record',
    async (life, subject) => {
      const key = subject.newKey()
      await say(subject, life.record(`r ${key}`), { op: 'k', rows: [row('r', key)] })
    },
    owned,
  )

const yieldRun = () =>
  command('yield', async (life, subject) => say(subject, life.yield(), { op: 'y' }), owned)

const pauseItself = () =>
  command(
    'pauseItself',
    async (life, subject) => {
      const key = subject.newKey()
      const waits = [{ key, name: '$resume', ms: null }]
      await say(subject, life.pauseItself(key), {
        op: 'p',
        output: 's',
        rows: [row('p', '')],
        waits,
      })
    },
    owned,
  )

const lose = (died: boolean) =>
  command(died ? 'die' : 'stop', async (life, subject) => {
    const held = owned(life)
    life.lose(died)
    await subject.lose(died, held)
  })

const operate = (name: 'pause' | 'resume' | 'cancel') =>
  command(name, async (life, subject) => subject.operate(`${name}_workflow`, life[name]()))

const fastForward = () =>
  command('fastForward', async (life, subject) => {
    life.fastForward()
    await subject.fastForward()
  })

const hours = fc.integer({ min: 1, max: 3 })
const name = fc.constantFrom('a', 'b')
const thing = fc.oneof(
  fc.record({ name: fc.constant(null), hours }),
  fc.record({ name, hours: fc.option(hours) }),
)

/** What may happen to a run; claims are frequent, as most of the rest needs an owner. */
export const anything: fc.Arbitrary<Command>[] = [
  fc.constant(null).map(claim),
  fc.constant(null).map(claim),
  fc.constant(null).map(claim),
  fc.constant(null).map(record),
  fc.constant(null).map(yieldRun),
  fc.constant(null).map(pauseItself),
  hours.map(backOff),
  fc.array(thing, { minLength: 1, maxLength: 2 }).map(wait),
  fc.array(thing, { minLength: 1, maxLength: 2 }).map(wait),
  name.map(signal),
  name.map(signal),
  hours.map(advanceClock),
  hours.map(advanceClock),
  fc
    .constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'cancel' as const)
    .map(operate),
  fc.constantFrom('pause' as const, 'resume' as const).map(operate),
  fc.constantFrom(true, true, false).map(lose),
  fc.constant(true).map(lose),
  fc.constant(null).map(fastForward),
  fc.constantFrom('c' as const, 'f' as const).map(end),
]

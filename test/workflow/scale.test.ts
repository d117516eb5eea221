import { expect, test } from 'vitest'
import type { LeasedRun, RunHost } from '../../src/definition/host.ts'
import type { Change, JournalRow } from '../../src/model/journal.ts'
import { quietLogger, runLogger } from '../../src/model/logger.ts'
import { workflow } from '../../src/workflow/workflow.ts'

const loop = workflow(
  'loop',
  async ({ step, input }) => {
    let sum = 0
    for (let i = 0; i < (input as number); i++) sum += await step.run('s', () => i)
    return sum
  },
  { maxSteps: 100_000 },
)

const spread = workflow(
  'spread',
  async ({ step, input }) => {
    const all = Array.from({ length: input as number }, (_, i) => step.run(`s${i}`, () => i))
    return (await Promise.all(all)).length
  },
  { maxSteps: 100_000 },
)

function lease(count: number, name: (i: number) => string): LeasedRun {
  const journal = Array.from(
    { length: count },
    (_, i): JournalRow => ({ kind: 'r', name: name(i), data: String(i) }),
  )
  return {
    id: 'run',
    workflowId: 'loop',
    version: '1',
    tenant: 'default',
    resourceId: null,
    tags: [],
    retries: null,
    input: String(count),
    journal,
    waits: new Map(),
    crashes: 0,
  }
}

const host = {
  logger: runLogger(quietLogger, 'test'),
  write: async (_: Change) => ({ kind: 'done' }) as const,
  now: () => new Date(),
} as unknown as RunHost

/** Milliseconds of CPU: other processes do not count. */
async function cost(definition: typeof loop, leased: LeasedRun): Promise<number> {
  const began = process.cpuUsage()
  const end = await definition.run(leased, host).done
  const { user, system } = process.cpuUsage(began)
  expect(end.kind).toBe('completed')
  return (user + system) / 1000
}

async function least(times: number, work: () => Promise<number>): Promise<number> {
  const costs: number[] = []
  for (let i = 0; i < times; i++) costs.push(await work())
  return Math.min(...costs)
}

test('replay takes a time in proportion to the steps', async () => {
  const replay = (count: number) =>
    cost(
      loop,
      lease(count, (i) => (i === 0 ? 's' : `s#${i + 1}`)),
    )
  const tenShort = async () => {
    let sum = 0
    for (let i = 0; i < 10; i++) sum += await replay(1000)
    return sum
  }
  await replay(10_000)
  const short = await least(5, tenShort)
  const long = await least(5, () => replay(10_000))
  // the same number of steps; were it quadratic, it would be ten times as much
  expect(long / short).toBeLessThan(3)
})

test('10,000 parallel steps replay in less than a second', async () => {
  expect(
    await cost(
      spread,
      lease(10_000, (i) => `s${i}`),
    ),
  ).toBeLessThan(1000)
})

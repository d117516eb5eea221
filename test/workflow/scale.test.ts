import { expect, test } from 'vitest'
import type { LeasedRun, RunHost } from '../../src/definition/host.ts'
import type { Change, JournalRow } from '../../src/model/journal.ts'
import { quietLogger, runLogger } from '../../src/model/logger.ts'
import { workflow } from '../../src/workflow/workflow.ts'

const loop = workflow('loop', async ({ step, input }) => {
  let sum = 0
  for (let i = 0; i < (input as number); i++) sum += await step.run('s', () => i)
  return sum
}, { maxSteps: 100_000 })

const spread = workflow('spread', async ({ step, input }) => {
  const all = Array.from({ length: input as number }, (_, i) => step.run(`s${i}`, () => i))
  return (await Promise.all(all)).length
}, { maxSteps: 100_000 })

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

async function replay(count: number): Promise<number> {
  const leased = lease(count, (i) => (i === 0 ? 's' : `s#${i + 1}`))
  const began = performance.now()
  const end = await loop.run(leased, host).done
  expect(end.kind).toBe('completed')
  return performance.now() - began
}

test('replay takes a time in proportion to the steps', async () => {
  await replay(10_000)
  const short = Math.min(...(await all(5, () => replay(1000))))
  const long = Math.min(...(await all(3, () => replay(10_000))))
  expect(long / short).toBeLessThan(20)
  expect(long).toBeLessThan(500)
})

test('10,000 parallel steps replay in less than a second', async () => {
  const began = performance.now()
  const end = await spread.run(lease(10_000, (i) => `s${i}`), host).done
  expect(end).toEqual({ kind: 'completed', output: '10000' })
  expect(performance.now() - began).toBeLessThan(1000)
})

async function all<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < times; i++) results.push(await work())
  return results
}

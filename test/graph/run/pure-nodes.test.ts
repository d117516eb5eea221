// Nodes that only compute: they follow each other without waiting for the database, and nobody can tell.
import { expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep } from '../../../src/index.ts'
import { engineSteps } from '../../../src/workflow/engine-steps.ts'
import { workflow } from '../../../src/workflow/workflow.ts'
import { useEngine } from '../../support/engine.ts'
import { until } from '../../support/until.ts'

type Row = { kind: string; name: string; data: string | null; begun: number; seq: number }

/** Asks, on another connection, what of its run is in the database at the time of the call. */
const recorded = defineStep('recorded', async (_: unknown, { runId }) =>
  (await journalOf(runId)).map(({ name }) => name),
)
/** Waits until its run has a child. */
const seenChild = defineStep('seen_child', (_: unknown, { runId }) =>
  until('there is a child', async () => (await journalOf(runId)).some(({ kind }) => kind === 'c')),
)
const t = useEngine({}, { steps: [recorded, seenChild] })

function journalOf(runId: string): Promise<Row[]> {
  return t.db.query<Row>(
    'select seq, kind, name, data, begun from millrace.get_journal(millrace.run_number($1::uuid)) order by seq',
    [runId],
  )
}

let names = 0
function graph(steps: object[]) {
  const $schema = 'https://millrace.dev/schema/graph.json'
  return defineGraph({ $schema, name: `pure_${++names}`, steps: steps as never })
}
function transform(id: string, expression: string, ...before: string[]) {
  return { id, type: 'transform', depends_on: before, config: { expression } }
}
function look(id: string, ...before: string[]) {
  return { id, type: 'step', depends_on: before, config: { step: 'recorded' } }
}
/** A chain of so many, each one more than the one before. */
function chain(length: number) {
  return Array.from({ length }, (_, i) =>
    i === 0
      ? transform('n0', '{{ trigger.data.n }}')
      : transform(`n${i}`, `{{ steps.n${i - 1}.output.result + 1 }}`, `n${i - 1}`),
  )
}

test('a handler never begins before what the nodes before it gave is in the database', async () => {
  const large = { expression: '{{ steps.a.output.result > 1 }}', true_branch: ['b'] }
  const steps = [
    transform('a', '{{ trigger.data.n }}'),
    { id: 'large', type: 'condition', depends_on: ['a'], config: large },
    transform('b', '{{ steps.a.output.result + 1 }}', 'large'),
    look('seen', 'b'),
    transform('c', '{{ steps.seen.output | length }}', 'seen'),
    transform('d', '{{ steps.c.output.result + 1 }}', 'c'),
    look('again', 'd'),
  ]
  const run = await t.start(graph(steps), { n: 2 })
  const before = ['a', 'large', 'b']
  expect(await run.result()).toEqual({ again: [...before, 'seen', 'c', 'd'] })
  const rows = await journalOf(run.id)
  expect(rows.map(({ name }) => name)).toEqual([...before, 'seen', 'c', 'd', 'again'])
})

test('nor does one beside them that became ready on the way', async () => {
  const branch = chain(20)
  const run = await t.start(graph([...branch, look('early', 'n0'), look('last', 'n19')]), { n: 0 })
  const { early, last } = (await run.result()) as { early: string[]; last: string[] }
  expect(early).toContain('n0')
  expect(last.filter((name) => name !== 'early')).toEqual(branch.map(({ id }) => id))
})

test('nor is anything called off before what that follows from is in the database', async () => {
  const other = workflow('pure_other', ({ step }) => step.waitFor('never', { eventName: 'never' }))
  await t.engine.registerWorkflow(other)
  const child = { id: 'child', type: 'sub_workflow', config: { workflow_id: 'pure_other' } }
  const bad = transform('bad', '{{ steps.wait.output.no.such }}', 'wait')
  const wait = { id: 'wait', type: 'step', config: { step: 'seen_child' } }
  const both = {
    ...{ id: 'both', type: 'parallel', on_error: { continue_with: 0 } },
    config: { branches: { waits: [child], fails: [wait, bad] } },
  }
  const rest = { id: 'rest', type: 'delay', depends_on: ['both'], config: { duration: '1 minute' } }
  const run = await t.start(graph([both, rest]))
  const ends = () =>
    t.db.query<{ waited: Date; cancelled: Date }>(
      `with journal as (select * from millrace.get_journal(millrace.run_number($1::uuid)))
       select w.at as waited, o.at as cancelled
       from journal w, journal c join millrace.outcomes o on o.run_id = (c.data::json ->> 'run')::bigint
       where w.name = 'wait' and c.name = 'child' and c.kind = 'c'`,
      [run.id],
    )
  await until('the child is called off', async () => (await ends()).length === 1)
  const [end] = await ends()
  expect(end?.cancelled.getTime()).toBeGreaterThan(end?.waited.getTime() ?? Infinity)
  await t.engine.cancelWorkflow({ runId: run.id })
})

test('a thousand of them are recorded in order, in a few writes', async () => {
  const run = await t.start(graph(chain(1000)), { n: 5 })
  expect(await run.result({ timeout: 60_000 })).toEqual({ n999: { result: 1004 } })
  const rows = await journalOf(run.id)
  expect(rows).toEqual(
    Array.from({ length: 1000 }, (_, i) => ({
      ...{ seq: i, kind: 'r', name: `n${i}`, data: `{"result":${i + 5}}` },
      begun: i, // none ran beside another
    })),
  )
  const writes = await t.db.value<string>(
    'select count(distinct at) from millrace.get_journal(millrace.run_number($1::uuid))',
    [run.id],
  )
  expect(Number(writes)).toBeLessThanOrEqual(20)
})

test('a run can be forked from the middle of them', async () => {
  const run = await t.start(graph([...chain(5), look('seen', 'n4')]), { n: 1 })
  await run.result()
  const fork = await t.engine.forkWorkflow({ runId: run.id, fromStep: 'n3' })
  expect(await fork.result()).toEqual({ seen: ['n0', 'n1', 'n2', 'n3', 'n4'] })
})

test('one that fails is the end of the journal, and a retry goes on from there', async () => {
  const bad = transform('bad', '{{ steps.n2.output.result.no.such }}', 'n2')
  const run = await t.start(graph([...chain(3), bad, transform('after', 'x', 'bad')]), { n: 1 })
  await expect(run.result()).rejects.toThrow(/at step "bad"/)
  const names = (await journalOf(run.id)).map(({ kind, name }) => kind + name)
  expect(names.slice(0, 4)).toEqual(['rn0', 'rn1', 'rn2', 'fbad'])
  const timeline = await run.timeline()
  expect(timeline.map(({ stepId, status }) => `${stepId} ${status}`).slice(0, 4)).toEqual([
    ...['n0 completed', 'n1 completed', 'n2 completed', 'bad failed'],
  ])
  const again = await t.engine.retryWorkflow({ runId: run.id })
  await expect(again.result()).rejects.toThrow(/at step "bad"/)
})

test('what follows one that failed and was forgiven goes on', async () => {
  const bad = { ...transform('bad', '{{ trigger.data.no.such }}', 'n2'), on_error: 'skip' }
  const after = look('after', 'bad')
  const run = await t.start(graph([...chain(3), bad, look('seen', 'n2'), after]), { n: 1 })
  const { seen } = (await run.result()) as { seen: string[] }
  expect(seen.slice(0, 5)).toEqual(['n0', 'n1', 'n2', 'bad', 'bad~skipped'])
})

test('a history that is full ends a stretch where it is full', async () => {
  const long = workflow(
    'pure_long',
    async ({ step }) => {
      for (let i = 0; i < 50; i++) await engineSteps(step).compute(`n${i}`, () => i, {})
    },
    { maxSteps: 10 },
  )
  const run = await t.start(long)
  const paused = await run.waitForStatus('paused')
  expect(paused.error).toMatch(/maxSteps/)
  const results = (await journalOf(run.id)).filter(({ kind }) => kind === 'r')
  expect(results.map(({ name }) => name)).toEqual(Array.from({ length: 11 }, (_, i) => `n${i}`))
})

test('a cancel is heard in the middle of them', async () => {
  let calls = 0
  const endless = workflow(
    'pure_endless',
    async ({ step }) => {
      const engine = engineSteps(step)
      for (let i = 0; i < 90_000; i++) await engine.compute(`n${i}`, () => ++calls, {})
    },
    { maxSteps: 100_000 },
  )
  const run = await t.start(endless)
  await until('it is in the middle', () => calls > 500)
  await t.engine.cancelWorkflow({ runId: run.id })
  await expect(run.result()).rejects.toThrow(/cancelled/)
  expect(calls).toBeLessThan(90_000)
})

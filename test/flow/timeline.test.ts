// How the runs of flows and graphs read.
import { expect, test } from 'vitest'
import { showTimeline } from '../../src/cli/show/timeline-view.ts'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { Flow } from '../../src/flow/index.ts'
import { defineGraph } from '../../src/graph/index.ts'
import { workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'

const engine = useEngine()

/** What people see, but for times. */
async function seen(run: WorkflowRun): Promise<string[]> {
  const entries = await run.timeline()
  const output = { paint: (_: string, text: string) => text, columns: 200 }
  const lines = showTimeline(entries, run, output as never, false)
    .split('\n')
    .slice(1)
  return lines.map((line) =>
    line
      .trim()
      .replace(/^\+.*?(?: ms| s) +/, '')
      .replace(/[✓✗↷●] /, '')
      .replace(/ +/g, ' '),
  )
}

test('a step that failed and is done without is one step, with its failure', async () => {
  const flow = new Flow({ slug: 'seen', maxAttempts: 2, baseDelay: 0.01 })
    .step({ slug: 'a', startDelay: 0.01 }, () => 1)
    .step({ slug: 'bad', dependsOn: ['a'], whenExhausted: 'skip-cascade' }, () => {
      throw new Error('down')
    })
    .step({ slug: 'after', dependsOn: ['bad'] }, () => 2)
    .step({ slug: 'no', dependsOn: ['a'], if: { a: 2 } }, () => 3)
  const run = await engine.start(flow)
  await run.result()
  expect((await seen(run)).sort()).toEqual([
    'a step completed 1',
    'after step skipped what it depends on was skipped',
    'a~delay timer completed',
    'bad step failed 1 Error: down',
    'bad step failed 2 Error: down',
    'bad step skipped it failed, and is done without: Error: down',
    'no step skipped its condition was not met',
  ])
  expect(await engine.engine.checkProgress({ runId: run.id })).toMatchObject({
    completedSteps: 4,
    totalSteps: 4,
  })
})

test('a race, and a node that took too long', async () => {
  await engine.engine.registerWorkflow(
    workflow('loser', ({ step }) => step.waitFor('never', { eventName: 'never' })),
  )
  const branches = {
    slow: [{ id: 'sub', type: 'sub_workflow', config: { workflow_id: 'loser' } }],
    fast: [{ id: 'fast', type: 'delay', config: { seconds: 0.3 } }],
  }
  const wait = { id: 'w', type: 'wait_for', timeout: 0.01, config: { event_name: 'never' } }
  const graph = defineGraph({
    ...{ $schema: 'https://millrace.dev/schema/graph.json', name: 'seen graph' },
    steps: [
      { id: 'r', type: 'race', config: { branches } },
      { ...wait, on_error: 'skip' },
    ],
  } as never)
  const run = await engine.start(graph, {})
  await run.result()
  const lines = await seen(run)
  expect(lines.map((line) => line.replace(/run \S+$/, 'run …')).sort()).toEqual([
    'fast timer completed',
    'r control completed what lost there was called off',
    'sub child begun run …',
    'w step skipped it failed, and is done without: TimeoutError: It took more than 10 ms, its timeout.',
    'w~timeout timer completed it took too long',
  ])
  expect(await engine.engine.checkProgress({ runId: run.id })).toMatchObject({
    completedSteps: 2,
    totalSteps: 2,
  })
})

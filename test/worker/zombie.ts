import type { ChildProcess } from 'node:child_process'
import { expect } from 'vitest'
import type { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import type { Processes } from './processes.ts'

const held = createWorkflowRef('held')
const LONG = { timeout: 60_000 }

/** A worker that slept through its lease changes nothing when it wakes, and works on. */
export async function sleepThroughLease(
  p: Processes,
  client: WorkflowClient,
  spawn: () => Promise<ChildProcess>,
): Promise<void> {
  const zombie = await spawn()
  const run = await client.startWorkflow(held, undefined)
  await until('it runs', async () => (await p.effects()).length === 1, LONG)
  zombie.kill('SIGSTOP')
  const healthy = await spawn()
  await until('the other has it', async () => (await p.effects()).length === 2, LONG)
  await p.tell('go')
  expect(await run.result(LONG)).toBe(healthy.pid)
  const before = await run.timeline()
  zombie.kill('SIGCONT')
  await until('it notices', () => p.log.join('').includes('the lease is over'), LONG)
  healthy.kill('SIGKILL')
  const next = await client.startWorkflow(held, undefined)
  expect(await next.result(LONG)).toBe(zombie.pid)
  expect(await run.timeline()).toEqual(before)
  expect((await run.refresh()).output).toBe(healthy.pid)
}

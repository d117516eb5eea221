// What the compiler makes of clients, engines, references and runs.

import { type Json, type Jsonify, WorkflowEngine, type WorkflowEngineOptions } from 'millrace'
import {
  createWorkflowRef,
  WorkflowClient,
  type WorkflowRun,
  WorkflowStatus,
} from 'millrace/client'
import type { Pool } from 'pg'
import { z } from 'zod'
import { type Eq, ok } from './eq.ts'
import { none, open, w } from './workflow.test-d.ts'

declare const client: WorkflowClient
declare const pool: Pool
type Out = { at: string; total: number }

// starts
const run = await client.startWorkflow(w, { email: 'a' })
ok<Eq<Awaited<ReturnType<typeof run.result>>, Out>>()
ok<Eq<typeof run.output, Out | null>>()
ok<Eq<typeof run.status, WorkflowStatus>>()
ok<Eq<Awaited<ReturnType<typeof run.refresh>>, typeof run>>()
await client.startWorkflow(w, { email: 'a', n: 2 }, { resourceId: 'r', idempotencyKey: 'k' })
await client.startWorkflow(open, { any: 'thing' })
await client.startWorkflow(none, undefined)
const named = { workflowId: 'x', input: {}, resourceId: 'a', options: { retries: 2 } }
const byName = await client.startWorkflow({ ...named, idempotencyKey: 'k' })
ok<Eq<typeof byName, WorkflowRun>>()
const many = await client.startWorkflows(w, [{ input: { email: 'a' }, options: { tags: ['t'] } }])
ok<Eq<typeof many, (typeof run)[]>>()
// @ts-expect-error wrong input
client.startWorkflow(w, { email: 1 })
// @ts-expect-error missing input
client.startWorkflow(w, {})
// @ts-expect-error an input that does not fit is not what the workflow is made to take
client.startWorkflow(w, 'text')
// @ts-expect-error no such option
client.startWorkflow(w, { email: 'a' }, { idempotencyKeys: 'k' })
// @ts-expect-error wrong input in one of many
client.startWorkflows(w, [{ input: { email: 'a' } }, { input: {} }])

// references
const ref = createWorkflowRef<typeof w>('w')
const viaRef = await client.startWorkflow(ref, { email: 'x' })
ok<Eq<Awaited<ReturnType<typeof viaRef.result>>, Out>>()
// @ts-expect-error wrong input
client.startWorkflow(ref, { mail: 'x' })
const inputSchema = z.object({ email: z.string() })
const outputSchema = z.object({ id: z.number() })
const withSchemas = createWorkflowRef('my', { inputSchema, outputSchema })
const viaSchemas = await client.startWorkflow(withSchemas, { email: 'x' })
ok<Eq<Awaited<ReturnType<typeof viaSchemas.result>>, { id: number }>>()
const defined = withSchemas(async ({ step, input }) => {
  const email = await step.run('x', async () => input.email)
  return { id: email.length, more: true }
})
ok<Eq<Parameters<typeof defined.handler>[0], never>>()
// @ts-expect-error the output is not what the reference says
withSchemas(async () => ({ id: 'x' }))
const inputOnly = createWorkflowRef('in', { inputSchema })
inputOnly(async () => 'anything')
const anything = createWorkflowRef('anything')
const untyped = await client.startWorkflow(anything, { a: 1 })
ok<Eq<typeof untyped.input, unknown>>()

// reads
const found = await client.getRun<typeof w>({ runId: 'x' })
ok<Eq<NonNullable<typeof found.output>, Out>>()
ok<Eq<typeof found.input.email, string>>()
const any = await client.getRun({ runId: 'x' })
ok<Eq<typeof any.output, unknown>>()
const { items, nextCursor } = await client.getRuns({
  statuses: [WorkflowStatus.RUNNING],
  limit: 20,
})
ok<Eq<typeof items, WorkflowRun[]>>()
ok<Eq<typeof nextCursor, string | null>>()
await client.getRuns({
  attributes: {
    customer: 'c1',
    amount: { gte: 100, lt: 500 },
    region: { in: ['eu', 'us'] },
    due: { lte: new Date() },
    vip: true,
  },
  orderBy: { attribute: 'amount', direction: 'desc' },
})
await client.getRuns({ orderBy: 'amount' })
await client.bulk.cancel({ where: { attributes: { stage: 'new' } } })
// @ts-expect-error no such direction
client.getRuns({ orderBy: { attribute: 'amount', direction: 'down' } })
// @ts-expect-error no such comparison
client.getRuns({ attributes: { customer: { like: 'c' } } })
// @ts-expect-error null is no value
client.getRuns({ attributes: { customer: null } })
ok<Eq<typeof run.continuedAs, string | null>>()
const completed = await run.waitForStatus(WorkflowStatus.COMPLETED, { timeoutMs: 1000 })
ok<Eq<typeof completed, typeof run>>()
// @ts-expect-error no such status
client.getRuns({ statuses: ['canceled'] })
const progress = await client.checkProgress({ runId: 'x' })
ok<Eq<typeof progress.completionPercentage, number>>()
const [entry] = await run.timeline()
ok<Eq<NonNullable<typeof entry>['output'], Json | undefined>>()

// exactly one of connectionString and pool
new WorkflowEngine({ connectionString: 'x', workflows: [w, open, none, defined] })
new WorkflowClient({ pool, tenant: 'acme', schema: 'flows' })
ok<Eq<WorkflowEngineOptions extends { tenant?: string } ? true : false, true>>()
// @ts-expect-error neither
new WorkflowClient({})
// @ts-expect-error both
new WorkflowClient({ connectionString: 'x', pool })
// @ts-expect-error a reference has no handler
new WorkflowEngine({ connectionString: 'x', workflows: [ref] })
const engine = new WorkflowEngine({ pool })
await engine.start()
await engine.start(false)
await engine.start(true, { batchSize: 5, heartbeatSeconds: 30 })
await engine.start({ concurrency: 5, queues: ['mail'], lease: '30 s' })
const same = await engine.registerWorkflow(w)
ok<Eq<typeof same, WorkflowEngine>>()
// @ts-expect-error not an option of workers
await engine.start({ concurency: 5 })

// what JSON makes of values
ok<Eq<Jsonify<{ a: Date[]; b?: bigint }>, { a: string[]; b?: undefined }>>()
ok<Eq<Jsonify<{ m: Map<string, 1>; f(): void; u: URL }>, { m: never; u: string }>>()
ok<Eq<Jsonify<[Date, 'x']>, [string, 'x']>>()
ok<Eq<Jsonify<unknown>, unknown>>()

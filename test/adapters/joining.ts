import { expect, onTestFinished } from 'vitest'
import type { Tx } from '../../src/client/index.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import type { TestDatabase } from '../support/database.ts'

/** A transaction of some library around `work`, which gets it as one that the engine can join. */
export type Transaction = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/** Quotes, backslashes and place holders that a careless adapter would trip over. */
const awkward = { text: 'it\'s \\ "quoted" $1 — ü', list: [1, null, 'x'] }

const waiting = workflow('waiting', async ({ step, input }) => {
  const signal = await step.waitFor('signal', { eventName: 'go' })
  return { input, signal }
})

/** What every adapter has to do: the same for all of them. */
export async function checkAdapter(db: TestDatabase, transaction: Transaction): Promise<void> {
  const engine = new WorkflowEngine({ connectionString: db.url, workflows: [waiting] })
  await engine.start()
  onTestFinished(() => engine.stop())
  await checkStarts(engine, transaction)
  await checkErrors(engine, transaction)
}

async function checkStarts(engine: WorkflowEngine, transaction: Transaction): Promise<void> {
  const options = {
    idempotencyKey: "o'key",
    resourceId: '007',
    tags: ["o'tag", 'b\\c', '{a,b}', 'null'],
    attributes: { nested: { a: [1] } },
  }
  const start = (tx: Tx) => engine.startWorkflow(waiting, awkward, { ...options, tx })
  const run = await transaction(start)
  expect(run.createdAt).toBeInstanceOf(Date)
  const found = await engine.getRun({ runId: run.id })
  expect(found).toMatchObject({ input: awkward, ...options })

  const again = await transaction(start)
  expect(again.id).toBe(run.id)

  const data = { ok: true, text: awkward.text }
  await transaction((tx) =>
    engine.triggerEvent({ runId: run.id, eventName: 'go', data, tx }).then(() => {}),
  )
  expect(await run.result()).toEqual({ input: awkward, signal: data })

  const inputs = [{ input: 1 }, { input: 2, options: { delay: '1 day' } }]
  const many = await transaction((tx) => engine.startWorkflows(waiting, inputs, { tx }))
  expect(many.map((one) => one.input)).toEqual([1, 2])
  const read = await transaction((tx) => engine.getRun({ runId: many[1]?.id as string, tx }))
  expect(read.input).toBe(2)
}

async function checkErrors(engine: WorkflowEngine, transaction: Transaction): Promise<void> {
  let runId = ''
  const rolledBack = transaction(async (tx) => {
    runId = (await engine.startWorkflow(waiting, 1, { tx })).id
    throw new Error('no')
  })
  await expect(rolledBack).rejects.toThrow('no')
  await expect(engine.getRun({ runId })).rejects.toMatchObject({ code: 'MR041' })

  const unknown = transaction((tx) => engine.startWorkflow({ id: 'nobody' }, 1, { tx }))
  await expect(unknown).rejects.toMatchObject({ name: 'WorkflowNotFoundError', code: 'MR040' })

  const run = await engine.startWorkflow(waiting, 1)
  await run.cancel()
  const late = transaction((tx) => engine.triggerEvent({ runId: run.id, eventName: 'go', tx }))
  await expect(late).rejects.toMatchObject({
    name: 'IllegalMoveError',
    code: 'MR011',
    details: { status: 'cancelled' },
  })
}

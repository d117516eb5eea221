import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import { openKernel, toAdvance, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const nameOf = (step: string) => `$approval:${createHash('md5').update(step).digest('hex')}`

/** A run that has asked, and what asks again as the first time. */
async function asked(step: string, op: 'k' | 'w' = 'w') {
  const route = await kernel.route()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  const ask = { step, question: 'Q?', details: null, assignees: [], roles: [], ms: null }
  const waits = [{ key: step, name: nameOf(step), ms: null }]
  const advance = { ...toAdvance(task, { op, waits }), asks: [ask] }
  const send = () => advanceTasks(kernel.database, 1, [advance])
  await send()
  return { route, run, worker, task, send, id: `${uuid(run)}/${step}` }
}
const questions = (run: string) =>
  kernel.query('select step, question from millrace.approvals where run_id = $1', [run])

test('an answer is a message to the run, and wakes it', async () => {
  const { route, run, worker, id } = await asked('ask/it #2')
  expect(await questions(run)).toEqual([{ step: 'ask/it #2', question: 'Q?' }])
  await kernel.call('answer_approval', id, true, { by: 'ada', data: { n: 1 } })
  const task = await worker.claimOne(route)
  expect(JSON.parse(task.journal[0]?.data ?? '')).toEqual({
    ...{ approved: true, by: 'ada', comment: null, data: { n: 1 } },
  })
  expect(await questions(run)).toEqual([])
})

test('a call that is sent again opens no question that was answered meanwhile', async () => {
  const { run, send, id } = await asked('a', 'k')
  await send()
  expect(await questions(run)).toHaveLength(1)
  await kernel.call('answer_approval', id, false)
  await send()
  expect(await questions(run)).toEqual([])
})

test('a stale owner asks nothing', async () => {
  const { route, run, worker, task, id } = await asked('a')
  await kernel.call('answer_approval', id, true)
  await worker.claimOne(route)
  const ask = { step: 'b', question: 'Q?', details: null, assignees: [], roles: [], ms: null }
  const late = { ...toAdvance(task, { op: 'w', waits: [] }), asks: [ask] }
  expect(await advanceTasks(kernel.database, 1, [late])).toEqual([{ kind: 'stale' }])
  expect(await questions(run)).toEqual([])
})

test('refused: no answer, no such question, another tenant', async () => {
  const { id } = await asked('a')
  await refusal(kernel.call('answer_approval', id, null), 'MR001', 'answer')
  await refusal(kernel.call('answer_approval', `${id}x`, true), 'MR011', `${id}x`)
  await refusal(kernel.call('answer_approval', 'x', true), 'MR041', 'x')
  await kernel.makeTenant('second')
  await refusal(kernel.call('answer_approval', id, true, { tenant: 'second' }), 'MR041', id)
  const list = await kernel.query('select id from millrace.get_approvals($1)', [
    { tenant: 'second' },
  ])
  expect(list).toEqual([])
  const trick = kernel.call('trigger_event', id.slice(0, 36), 'go', 1, {
    dedupe_id: '$approval:a',
  })
  await refusal(trick, 'MR001', '$approval:a')
})

test('lists go on after a question, and are of one workflow or run', async () => {
  const { route, run } = await asked('b')
  const ids = async (options: object) =>
    (
      await kernel.query<{ id: string }>('select id from millrace.get_approvals($1)', [
        { workflow_id: route.name, ...options },
      ])
    ).map(({ id }) => id)
  const all = await ids({})
  expect(all).toEqual([`${uuid(run)}/b`])
  expect(await ids({ after: all[0] })).toEqual([])
  expect(await ids({ run_id: uuid(run), limit: 1 })).toEqual(all)
})

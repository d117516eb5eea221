import { expect, test } from 'vitest'
import { z } from 'zod'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine, useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 15_000 }

const refund = workflow('approved refund', async ({ step, input }) => {
  const { amount } = input as { amount: number }
  return step.approval('big refund', {
    question: `Refund ${amount}?`,
    assignees: ['ada'],
    roles: ['finance'],
    details: { amount },
    schema: z.object({ limit: z.coerce.number() }),
    timeout: '2 days',
  })
})
const open = async (runId: string) => (await t.engine.getApprovals({ runId })).items

test('a question is listed with who is asked, until it is answered', async () => {
  const run = await t.start(refund, { amount: 900 })
  await run.waitForStatus('waiting', LONG)
  const [question] = await open(run.id)
  expect(question).toMatchObject({
    id: `${run.id}/big refund`,
    runId: run.id,
    stepId: 'big refund',
    workflowId: 'approved refund',
    question: 'Refund 900?',
    details: { amount: 900 },
    assignees: ['ada'],
    roles: ['finance'],
    askedAt: expect.any(Date),
    expiresAt: expect.any(Date),
  })
  const approvalId = question?.id as string
  await t.engine.answerApproval({
    ...{ approvalId, approved: true, by: 'grace', roles: ['finance'] },
    ...{ comment: 'fine', data: { limit: '7' } },
  })
  expect(await run.result(LONG)).toEqual({
    ...{ approved: true, expired: false, by: 'grace', comment: 'fine', data: { limit: 7 } },
  })
  expect(await open(run.id)).toEqual([])
  await expect(
    t.engine.answerApproval({ approvalId, approved: false, by: 'ada' }),
  ).rejects.toMatchObject({ code: 'MR011', message: expect.stringContaining(approvalId) })
})

test('is in the list of whom it is for, and nobody else can answer it', async () => {
  const run = await t.start(refund, { amount: 1 })
  await run.waitForStatus('waiting', LONG)
  const of = async (p: object) =>
    (await t.engine.getApprovals({ ...p, runId: run.id })).items.length
  expect(await of({ assignee: 'ada' })).toBe(1)
  expect(await of({ assignee: 'eve' })).toBe(0)
  expect(await of({ assignee: 'eve', roles: ['finance'] })).toBe(1)
  expect(await of({ roles: ['sales'] })).toBe(0)
  const answer = { approvalId: `${run.id}/big refund`, approved: true }
  for (const who of [{}, { by: 'eve' }, { by: 'eve', roles: ['sales'] }])
    await expect(t.engine.answerApproval({ ...answer, ...who })).rejects.toMatchObject({
      code: 'MR042',
      name: 'PermissionError',
    })
  await t.engine.answerApproval({ ...answer, by: 'ada' })
  expect(await run.result(LONG)).toMatchObject({ approved: true, by: 'ada', comment: null })
})

test('the first answer counts, also of two at once', async () => {
  const run = await t.start(refund, { amount: 2 })
  await run.waitForStatus('waiting', LONG)
  const approvalId = `${run.id}/big refund`
  const answers = await Promise.allSettled(
    [true, false, true].map((approved) =>
      t.engine.answerApproval({ approvalId, approved, by: 'ada' }),
    ),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const first = answers.findIndex(({ status }) => status === 'fulfilled')
  expect(await run.result(LONG)).toMatchObject({ approved: first !== 1 })
})

test('without an answer in time: rejected, or what onTimeout says', async () => {
  await using virtual = await startEngine([refund], { pollInterval: 50 }, { testClock: true })
  const yes = workflow('approved in the end', ({ step }) =>
    step.approval('a', { question: 'Go?', timeout: '1 hour', onTimeout: 'approve' }),
  )
  await virtual.engine.registerWorkflow(yes)
  const runs = [
    await virtual.engine.startWorkflow(refund, { amount: 3 }),
    await virtual.engine.startWorkflow(yes, undefined),
  ]
  for (const run of runs) await run.waitForStatus('waiting', LONG)
  await virtual.db.advanceClock(2 * 24 * 3_600_000)
  expect((await virtual.engine.getApprovals()).items).toEqual([])
  const [first, second] = await Promise.all(runs.map((run) => run.result(LONG)))
  expect(first).toMatchObject({ approved: false, expired: true, by: null })
  expect(second).toMatchObject({ approved: true, expired: true })
})

test('a run that ends takes its questions with it', async () => {
  const run = await t.start(refund, { amount: 4 })
  await run.waitForStatus('waiting', LONG)
  await run.cancel()
  expect(await open(run.id)).toEqual([])
  expect(
    await t.db.value<number>(
      'select count(*)::int from millrace.approvals where run_id = millrace.run_number($1::uuid)',
      [run.id],
    ),
  ).toBe(0)
})

test('a question that somebody forwarded is not approved by that, and not open any more', async () => {
  for (const [data, approved] of [
    [undefined, false],
    [false, false],
    [{ approved: true }, true],
  ] as const) {
    const run = await t.start(refund, { amount: 5 })
    await run.waitForStatus('waiting', LONG)
    await run.fastForward(data)
    expect(await open(run.id)).toEqual([])
    expect(await run.result(LONG)).toMatchObject({ approved, expired: false })
  }
})

test('several at once, beside a step, in a loop: each has its own', async () => {
  const many = workflow('many approvals', async ({ step }) => {
    const [a, b] = await Promise.all([
      step.approval('a', { question: 'A?' }),
      step.approval('b', { question: 'B?' }),
      step.run('work', () => new Promise((resolve) => setTimeout(() => resolve(1), 200))),
    ])
    const again = await step.approval('a', { question: 'A again?' })
    return [a.approved, b.approved, again.approved]
  })
  const run = await t.start(many)
  await expect.poll(async () => (await open(run.id)).length, LONG).toBe(2)
  for (const step of ['b', 'a'])
    await t.engine.answerApproval({ approvalId: `${run.id}/${step}`, approved: step === 'a' })
  await expect.poll(async () => (await open(run.id))[0]?.stepId, LONG).toBe('a#2')
  await t.engine.answerApproval({ approvalId: `${run.id}/a#2`, approved: true })
  expect(await run.result(LONG)).toEqual([true, false, true])
})

test('what is no question is refused by name', async () => {
  const bad: [object, string][] = [
    [{}, 'question'],
    [{ question: 'x', assignees: 'ada' }, 'assignees'],
    [{ question: 'x', roles: ['a\0'] }, 'roles'],
    [{ question: 'x', assignees: ['a'.repeat(257)] }, 'assignees'],
    [{ question: 'x', onTimeout: 'maybe' }, 'onTimeout'],
    [{ question: 'x', asignees: ['ada'] }, 'assignees'],
  ]
  for (const [i, [options, message]] of bad.entries()) {
    const w = workflow(`bad approval ${i}`, ({ step }) => step.approval('a', options as never), {
      retries: 0,
    })
    await expect((await t.start(w)).result(LONG)).rejects.toThrow(message)
  }
  await expect(
    t.engine.answerApproval({ approvalId: 'nonsense', approved: true }),
  ).rejects.toMatchObject({ code: 'MR041' })
})

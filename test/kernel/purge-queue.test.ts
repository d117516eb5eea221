import { expect, test } from 'vitest'
import { createKernel, message, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

test('cancels what has not begun, in that queue only', async () => {
  await using kernel = await createKernel()
  const mail = await kernel.route({ definition: { queue: 'mail' } })
  const other = await kernel.route({ definition: { queue: 'other' } })
  const begun = await kernel.start(mail)
  const { worker, task } = await kernel.lease(mail)
  const waits = await kernel.start(mail)
  await worker.wait((await worker.claim(mail))[0] as typeof task, message('m', 'go'))
  const queued = await kernel.start(mail)
  const delayed = await kernel.start(mail, { delay: 60_000 })
  const elsewhere = await kernel.start(other)
  const dry = await kernel.call<{ matched: number }>('purge_queue', 'mail', { dry_run: true })
  expect(dry).toMatchObject({ id: null, matched: 2 })
  const options = { by: 'ada', reason: 'sent twice' }
  expect(await kernel.call('purge_queue', 'mail', options)).toMatchObject({
    ...{ verb: 'cancel', matched: 2, by: 'ada', status: 'running' },
  })
  while ((await kernel.call<number | null>('work_bulk')) !== null);
  const status = async (run: string) => (await kernel.run(run)).status
  expect(await Promise.all([queued, delayed].map(status))).toEqual(['cancelled', 'cancelled'])
  expect(await Promise.all([begun, waits, elsewhere].map(status))).toEqual([
    ...['running', 'waiting', 'pending'],
  ])
  expect((await kernel.journal(queued)).at(-1)).toMatch(/sent twice.*ada/)
  await refusal(kernel.call('purge_queue', 'mail', {}), 'MR004', /matches no run/)
})

test('one that begins meanwhile goes on, and counts as failed', async () => {
  await using kernel = await createKernel()
  const mail = await kernel.route({ definition: { queue: 'mail' } })
  const [first, second] = [await kernel.start(mail), await kernel.start(mail)]
  const { worker } = await kernel.lease(mail)
  const again = kernel.query(`select millrace.cancel_workflow($1, '{"not_begun": true}')`, [
    uuid(first),
  ])
  await refusal(again, 'MR011', /it has begun/)
  expect(await kernel.live(first)).toMatchObject({ state: 'l' })
  await kernel.query(`select millrace.cancel_workflow($1, '{"not_begun": true}')`, [uuid(second)])
  expect(await kernel.live(second)).toBe(null)
  expect(await worker.claim(mail)).toEqual([])
})

test('a name that no queue can have, an option that it has not', async () => {
  await using kernel = await createKernel()
  await refusal(kernel.call('purge_queue', 'a/b', {}), 'MR001', /"a\/b"/)
  await refusal(kernel.call('purge_queue', 'mail', { where: {} }), 'MR001', /"where" is not known/)
})

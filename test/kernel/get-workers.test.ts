import { expect, test } from 'vitest'
import { createKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

test('lists the workers of a tenant, and who of them is alive', async () => {
  await using kernel = await createKernel()
  const second = await kernel.makeTenant('second')
  const [alive, late] = [await kernel.worker(), await kernel.worker()]
  const theirs = await kernel.worker(second)
  await kernel.query(`update millrace.workers set expires_at = '2000-01-01' where id = $1`, [
    late.id,
  ])
  const list = (tenant: string) =>
    kernel.query('select id, alive, info from millrace.get_workers($1)', [{ tenant }])
  const info = { host: 'test' }
  expect(await list('default')).toEqual([
    { id: alive.id, alive: true, info },
    { id: late.id, alive: false, info },
  ])
  expect(await list('second')).toEqual([{ id: theirs.id, alive: true, info }])
  await refusal(list('third'), 'MR042', '"third"')
})

import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()

test('the default tenant is there from the first day', async () => {
  expect(await kernel.call('tenant_id', 'default')).toBe(1)
})

test('every tenant has its own number', async () => {
  const acme = await kernel.makeTenant('acme')
  expect(await kernel.call('tenant_id', 'acme')).toBe(acme)
})

test('an unknown tenant is refused by name', async () => {
  const details = await refusal(kernel.call('tenant_id', 'nobody'), 'MR042', '"nobody"')
  expect(details).toEqual({ tenant: 'nobody' })
  await refusal(kernel.call('tenant_id', null), 'MR042', /no tenant/)
})

import { expect, test } from 'vitest'
import { LimitError } from '../../src/model/errors.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test('an error has the code, the message, the remedy, and the values as JSON', async () => {
  const call = kernel.query(
    `select millrace.fail('MR020', 'The limit is "5%".', 'Do less.', '{"limit": 5}')`,
  )
  await expect(call).rejects.toMatchObject({
    code: 'MR020',
    message: 'The limit is "5%".',
    hint: 'Do less.',
    detail: '{"limit": 5}',
  })
})

test('in TypeScript it is an error of its class, with both sentences', async () => {
  const text = `select millrace.fail('MR020', 'Too many.', 'Do less.', '{"limit": 5}')`
  const error = await kernel.database.call(text, []).catch((refused: unknown) => refused)
  expect(error).toBeInstanceOf(LimitError)
  expect(error).toMatchObject({ message: 'Too many. Do less.', details: { limit: 5 } })
})

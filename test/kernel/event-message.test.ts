import { expect, test } from 'vitest'
import { eventMessage, readEvent } from '../../src/workflow/event-message.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test.each([
  ['paid', 'order-7'],
  ['a b', 'c'],
  ['a', ' b c'],
  ['paid', 'Grüße ✓ 💶'],
  ['paid', 'two\nlines'],
  ['x'.repeat(128), 'y'.repeat(256)],
])('SQL and TypeScript make the same of %j and %j', async (name, key) => {
  const message = await kernel.call<string>('event_message', name, key)
  expect(message).toBe(eventMessage({ name, key }))
  expect(message).toMatch(/^[A-Za-z0-9_.: $-]{1,160}$/)
})

test('no two pairs give the same', async () => {
  const pairs = [
    ['a', 'b'],
    ['a', 'b '],
    ['a b', ''],
    ['a', ' b'],
    ['ab', 'b'],
  ] as const
  const all = await Promise.all(pairs.map(([name, key]) => kernel.call('event_message', name, key)))
  expect(new Set(all).size).toBe(pairs.length)
})

test('data come out of the message as they were emitted', () => {
  expect(readEvent({ $event: { id: '7' }, data: { a: 1 } })).toEqual({ a: 1 })
  expect(readEvent({ $event: { id: '7' } })).toBe(undefined)
  expect(readEvent({ a: 1 })).toEqual({ a: 1 })
  expect(readEvent(null)).toBe(null)
})

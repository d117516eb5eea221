import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

/** Why a transition with these rules is not allowed, by what is seen: null if it is. */
const problem = (transition: object, scope: object = {}) =>
  kernel.value<string | null>(
    `select millrace.guard_problem((millrace.transition_guards($1)).guards, $2, gen_random_uuid())`,
    [transition, { metadata: {}, entity: {}, by: 'ada', roles: [], ...scope }],
  )

test('one of the roles of the transition, and one of those of its conditions', async () => {
  const both = { requires_role: ['a', 'b'], conditions: { requires_role: 'c' } }
  expect(await problem(both, { roles: ['b', 'c'] })).toBeNull()
  expect(await problem(both, { roles: ['a', 'b'] })).toMatch(/roles "c"/)
  expect(await problem(both, { roles: ['c'] })).toMatch(/roles "a", "b"/)
  expect(await problem({ requires_role: 'a' })).toMatch(/roles "a"/)
  expect(await problem({ requires_role: 'a' }, { roles: null })).toMatch(/roles "a"/)
})

test('a key hears that keys have no roles', async () => {
  const asks = { requires_role: 'a' }
  const told = 'It takes one of the roles "a".'
  expect(await problem(asks, { by: 'key:0123' })).toBe(
    `${told} A key has no roles: take the token of somebody who has one.`,
  )
  expect(await problem(asks, { by: 'key:0123', roles: ['b'] })).toBe(told)
  expect(await problem(asks)).toBe(told)
})

test('a reason is a text that is not blank', async () => {
  const asks = { reason_required: true }
  for (const notes of [null, '', ' \n\t'])
    expect(await problem(asks, { notes })).toMatch(/takes a reason/)
  expect(await problem(asks)).toMatch(/takes a reason/)
  expect(await problem(asks, { notes: ' x ' })).toBeNull()
  expect(await problem({ reason_required: false })).toBeNull()
})

test('a field is in the context, the metadata of the call, or those of the entity', async () => {
  const asks = { conditions: { field_required: ['f', 'g'] } }
  for (const place of ['context', 'call_metadata', 'metadata'])
    expect(await problem(asks, { [place]: { f: 0, g: false } })).toBeNull()
  expect(await problem(asks, { context: { f: 1 }, metadata: { g: 1 } })).toBeNull()
  for (const g of ['', null])
    expect(await problem(asks, { context: { f: 1, g } })).toMatch(/value for "g"/)
})

test('each comparison holds, of the metadata of the entity or of the context', async () => {
  const asks = {
    conditions: { 'metadata.a.b': { gt: 1, lt: 3 }, context: { kind: { in: ['x'] } } },
  }
  const holds = { metadata: { a: { b: 2 } }, context: { kind: 'x' } }
  expect(await problem(asks, holds)).toBeNull()
  expect(await problem(asks, { ...holds, metadata: { a: { b: 3 } } })).toMatch(/a\.b must be lt 3/)
  expect(await problem(asks, { ...holds, metadata: { a: { b: 1 } } })).toMatch(/a\.b must be gt 1/)
  expect(await problem(asks, { ...holds, context: {} })).toMatch(/kind must be in .* not there/)
})

test('an expression is true, and not only not false', async () => {
  for (const conditions of ['metadata.a', { expression: 'metadata.a' }]) {
    expect(await problem({ conditions }, { metadata: { a: true } })).toBeNull()
    for (const a of [false, null, 0, ''])
      expect(await problem({ conditions }, { metadata: { a } })).toMatch(/does not hold/)
    expect(await problem({ conditions })).toMatch(/cannot be judged/)
  }
})

test.each([
  ['check', ['check']],
  [
    ['check', 'pay'],
    ['check', 'pay'],
  ],
  [true, true],
  [false, undefined],
])('four eyes of %j are enforced', async (four_eyes, kept) => {
  const guards = await kernel.value<{ four_eyes?: unknown } | null>(
    'select (millrace.transition_guards($1)).guards',
    [{ four_eyes, reason_required: true }],
  )
  expect(guards?.four_eyes).toEqual(kept)
})

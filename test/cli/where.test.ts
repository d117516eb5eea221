import { expect, test } from 'vitest'
import { parseWhere } from '../../src/cli/where.ts'

test('parts of a filter, attributes among them', () => {
  expect(parseWhere(['workflow=order', 'tag=a=b', 'tag=x'])).toEqual({
    workflowId: 'order',
    tags: ['a=b', 'x'],
  })
  expect(
    parseWhere(['attribute.amount>=100', 'attribute.amount<500', 'attribute.name=a b']),
  ).toEqual({ attributes: { amount: { gte: 100, lt: 500 }, name: { in: ['a b'] } } })
  expect(parseWhere(['attribute.region=eu', 'attribute.region=us'])).toEqual({
    attributes: { region: { in: ['eu', 'us'] } },
  })
  expect(parseWhere(['attribute.vip=true', 'attribute.zip="0815"', 'attribute.n>1.5'])).toEqual({
    attributes: { vip: { in: [true] }, zip: { in: ['0815'] }, n: { gt: 1.5 } },
  })
})

test.each([
  ['workflow>order', 'is none of'],
  ['attribute.amount', 'is none of'],
  ['attribute.amount>=', 'is none of'],
  ['since=never', 'cannot be read'],
])('%s is refused', (text, message) => {
  expect(() => parseWhere([text])).toThrow(message)
})

test('the same bound twice is refused', () => {
  expect(() => parseWhere(['attribute.n>1', 'attribute.n>2'])).toThrow('another > for it')
})

import { expect, test } from 'vitest'
import { QueueOrder } from '../../src/worker/queue-order.ts'

const route = (number: number, head = '0', priority = 0) => ({
  ...{ route: number, name: 'w', version: '1', queue: 'default', priority },
  ...{ head, sweepMs: 0, limited: false },
})

const places = (...entries: [number, string][]) => new Map(entries)

function openOrder(...routes: ReturnType<typeof route>[]): QueueOrder {
  const order = new QueueOrder()
  order.set(routes)
  return order
}

test('routes of one priority take turns at being first, those of a lower one come later', () => {
  const order = openOrder(route(1, '0', 5), route(2), route(3))
  const turns = [1, 2].map(() => order.next('end').routes)
  expect(turns.map(([first]) => first)).toEqual([1, 1])
  expect(new Set(turns.map(([, second]) => second))).toEqual(new Set([2, 3]))
})

test('a new worker begins where sweeps found the head, and a sweep at the very beginning', () => {
  const order = openOrder(route(1, '7168'))
  expect(order.next('end').after).toEqual(['7168'])
  expect(order.next('head').after).toEqual(['0'])
  expect(order.next('end').after).toEqual(['7168'])
})

test('goes on where the last claim ended, whatever is told of the head later', () => {
  const order = openOrder(route(1, '7168'))
  order.note(new Map([[1, '9000']]))
  order.note(new Map([[1, '8000']]))
  order.set([route(1, '8500')])
  expect(order.next('end').after).toEqual(['9000'])
})

test('between sweeps it may look again at what came since the last one', () => {
  const order = openOrder(route(1))
  order.note(new Map([[1, '1000']]))
  order.next('head')
  order.note(new Map([[1, '2000']]))
  expect(order.next('sweep').after).toEqual(['1000'])
  expect(order.next('end').after).toEqual(['2000'])
})

test('tells up to where a sweep found nothing', () => {
  const order = openOrder(route(1), route(2))
  order.note(places([1, '1000'], [2, '3000']))
  order.next('head')
  const starts = places([1, '5000'])
  expect(order.heads(starts, true)).toEqual(places([1, '4999'], [2, '3000']))
  expect(order.heads(starts, false)).toEqual(places([1, '4999']))
})

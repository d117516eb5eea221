import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TenantRoute } from '../../src/kernel/tenant-work.ts'
import { MAX_ROUTES_A_CLAIM, type Offer, TenantOrder } from '../../src/worker/tenant-order.ts'

const route = (number: number, tenant: number, priority = 0): TenantRoute => ({
  ...{ route: number, tenant, tenantSlug: `t${tenant}`, name: 'w', version: '1', kind: 'function' },
  ...{ sharedId: 1, documentId: null, documentName: null, queue: 'default', priority },
  ...{ head: '0', sweepMs: 0, limited: false },
})
const openOrder = (...routes: TenantRoute[]) => {
  const order = new TenantOrder()
  order.set(routes)
  return order
}
const numbers = ({ routes }: Offer) => routes.map(({ route: number }) => number)

test('tenants take turns at being first, from the one after whoever was served last', () => {
  const order = openOrder(route(1, 7), route(2, 8), route(3, 9))
  const first = order.next(1000)
  expect(first.tenants).toEqual([7, 8, 9])
  // there was room for the runs of two only
  order.note(first, new Map([7, 8].map((tenant) => [tenant, 1])), { full: true, share: 1 })
  const second = order.next(1000)
  expect(second.tenants).toEqual([9, 7, 8])
  order.note(second, new Map([[9, 1]]), { full: false, share: 1 })
  const third = order.next(1000)
  expect(third.tenants).toEqual([9, 7, 8])
  // of the second there were too few: it is the next
  const given = new Map([
    [9, 2],
    [7, 1],
  ])
  order.note(third, given, { full: true, share: 2 })
  expect(order.next(1000).tenants).toEqual([7, 8, 9])
})

test('within a tenant a higher priority comes first; among tenants it does not count', () => {
  const order = openOrder(route(1, 1), route(2, 1, 5), route(3, 2, 1000), route(4, 1))
  const turns = [order.next(1000), order.next(1000)].map(numbers)
  for (const turn of turns) {
    expect(turn[0]).toBe(2)
    expect(turn[3]).toBe(3)
  }
  expect(new Set(turns.map(([, second]) => second))).toEqual(new Set([1, 4]))
})

test('a tenant with a thousand routes leaves room for others, and each of its routes has its turn', () => {
  const many = Array.from({ length: 1000 }, (_, i) => route(i + 10, 1, i % 3))
  const order = openOrder(...many, route(1, 2), route(2, 3))
  const offer = order.next(1000)
  expect(offer.tenants).toEqual([1, 2, 3])
  expect(offer.routes.length).toBeLessThan(40)
  const seen = new Set<number>()
  for (let i = 0; i < 1000; i++) for (const number of numbers(order.next(1000))) seen.add(number)
  expect(seen.size).toBe(1002)
})

test('is exhausted once all were offered since something was found', () => {
  const order = openOrder(...Array.from({ length: 600 }, (_, i) => route(i + 1, i + 1)))
  const offers = 3
  for (let i = 1; i <= offers; i++) {
    expect(order.exhausted).toBe(false)
    const offer = order.next(1000)
    expect(offer.routes.length).toBeLessThanOrEqual(MAX_ROUTES_A_CLAIM)
    order.note(offer, new Map(), { full: false, share: 1 })
  }
  expect(order.exhausted).toBe(true)
  const offer = order.next(1000)
  order.note(offer, new Map([[offer.tenants[0] as number, 1]]), { full: false, share: 1 })
  expect(order.exhausted).toBe(false)
  expect(openOrder().exhausted).toBe(true)
})

test('another look at the same routes does not begin a round anew; one that finds a new route does', () => {
  const routes = Array.from({ length: 600 }, (_, i) => route(i + 1, i + 1))
  const order = openOrder(...routes)
  for (let i = 0; i < 3; i++) {
    order.note(order.next(1000), new Map(), { full: false, share: 1 })
    order.set(routes)
  }
  expect(order.exhausted).toBe(true)
  order.set([...routes, route(700, 3)])
  expect(order.exhausted).toBe(false)
  const seen = new Set<number>()
  while (!order.exhausted) {
    const offer = order.next(1000)
    for (const number of numbers(offer)) seen.add(number)
    order.note(offer, new Map(), { full: false, share: 1 })
  }
  expect(seen).toContain(700)
})

test('for few runs few routes are asked for', () => {
  const order = openOrder(...Array.from({ length: 600 }, (_, i) => route(i + 1, i + 1)))
  expect(order.next(1).routes).toHaveLength(32)
  expect(order.next(50).routes).toHaveLength(100)
  expect(order.next(1000).routes).toHaveLength(MAX_ROUTES_A_CLAIM)
})

/** Gives runs as claim_tenants does: to each tenant its share at most, until there are as many as are wanted. */
function claim(order: TenantOrder, queued: Map<number, number>, want: number): number[] {
  const offer = order.next(want)
  const share = Math.ceil(want / offer.tenants.length)
  const given: number[] = []
  for (const tenant of offer.tenants) {
    const most = Math.min(share, want - given.length, queued.get(tenant) ?? 0)
    queued.set(tenant, (queued.get(tenant) ?? 0) - most)
    for (let i = 0; i < most; i++) given.push(tenant)
  }
  const counts = new Map(
    given.map((tenant) => [tenant, given.filter((of) => of === tenant).length]),
  )
  order.note(offer, counts, { full: given.length === want, share })
  return given
}

test('while others have runs, nobody waits for more than its turn: however many one tenant has', () => {
  const cases = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
    want: fc.integer({ min: 1, max: 50 }),
  })
  fc.assert(
    fc.property(cases, ({ sizes, want }) => {
      const queued = new Map([[1, 100_000], ...sizes.map((n, i) => [i + 2, n] as const)])
      const order = openOrder(...[...queued.keys()].map((tenant) => route(tenant, tenant)))
      const given = new Map<number, number>()
      const others = () => sizes.some((_, i) => (queued.get(i + 2) ?? 0) > 0)
      while (others()) {
        const all = claim(order, queued, want)
        for (const tenant of all) given.set(tenant, (given.get(tenant) ?? 0) + 1)
        // who still has runs was given no fewer than the greedy one, but for a share that is under way
        for (const [i, n] of sizes.entries()) {
          const left = queued.get(i + 2) ?? 0
          const share = Math.ceil(want / queued.size)
          if (left > 0) expect((given.get(1) ?? 0) - (n - left)).toBeLessThanOrEqual(2 * share)
        }
      }
    }),
  )
})

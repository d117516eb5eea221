import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const put = (rules: unknown) =>
  kernel.query('select millrace.put_queue($1, $2)', ['q', JSON.stringify(rules)])

test.for([
  [[], 'they must be an object'],
  [{ concurency: [] }, 'they must be an object with concurrency, rate and fairness'],
  [{ concurrency: { limit: 1 } }, 'must be arrays'],
  [{ concurrency: null }, 'must be arrays'],
  [{ concurrency: [1] }, 'a rule must be an object'],
  [{ concurrency: [{ limit: 1, kee: ['a'] }] }, 'a rule of concurrency has no "kee"'],
  [{ concurrency: [{ limit: 1, period_ms: 5 }] }, 'a rule of concurrency has no "period_ms"'],
  [{ concurrency: [{}] }, 'limit must be'],
  [{ concurrency: [{ limit: -1 }] }, 'limit must be'],
  [{ concurrency: [{ limit: 1.5 }] }, 'limit must be'],
  [{ concurrency: [{ limit: '1' }] }, 'limit must be'],
  [{ concurrency: [{ limit: 1e12 }] }, 'limit must be'],
  [{ concurrency: Array.from({ length: 9 }, () => ({ limit: 1 })) }, 'at most 8'],
  [{ concurrency: [{ limit: 1, key: 'a' }] }, 'key must be an array'],
  [{ concurrency: [{ limit: 1, key: null }] }, 'key must be an array'],
  [{ concurrency: [{ limit: 1, key: [] }] }, 'key must be an array'],
  [{ concurrency: [{ limit: 1, key: [''] }] }, 'key must be an array'],
  [{ concurrency: [{ limit: 1, key: ['a'.repeat(129)] }] }, 'key must be an array'],
  [{ concurrency: [{ limit: 1, key: [{}] }] }, 'key must be an array'],
  [{ rate: [{ limit: 0, period_ms: 1 }] }, 'limit must be'],
  [{ rate: [{ limit: 1 }] }, 'period_ms must be'],
  [{ rate: [{ limit: 1, period_ms: 0 }] }, 'period_ms must be'],
  [{ rate: [{ limit: 1, period_ms: 1e13 }] }, 'period_ms must be'],
  [{ rate: [{ limit: 1, period_ms: 1, burst: 0 }] }, 'burst must be'],
  [{ rate: [{ limit: 1, period_ms: 1, burst: '5' }] }, 'burst must be'],
  [{ rate: [{ limit: 1, period_ms: 1, burst: null }] }, 'burst must be'],
  [{ fairness: {} }, 'fairness must be an object with a key'],
  [{ fairness: { key: ['a'], weight: 3 } }, 'weight must be a path'],
  [{ fairness: { key: ['a'], weight: '' } }, 'weight must be a path'],
  [{ fairness: { key: ['a'], weights: 'b' } }, 'a rule of fairness has no "weights"'],
] as const)('%j is refused', async ([rules, problem]) => {
  await refusal(put(rules), 'MR001', problem)
  expect(await kernel.query('select from millrace.limits')).toEqual([])
})

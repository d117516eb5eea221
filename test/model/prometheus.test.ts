import { expect, test } from 'vitest'
import { add, family, gauge, Histogram, labels } from '../../src/model/prometheus.ts'

test('values, counts and labels are written as Prometheus reads them', () => {
  expect(gauge('up', 'Whether.', 1)).toBe('# HELP up Whether.\n# TYPE up gauge\nup 1')
  const counts = new Map<string, number>()
  add(counts, labels({ a: 'x' }))
  add(counts, labels({ a: 'x' }), 2)
  expect(family('n', 'What.', counts)).toBe('# HELP n What.\n# TYPE n counter\nn{a="x"} 3')
  expect(labels({ a: 'q"\\\n' })).toBe('{a="q\\"\\\\\\n"}')
})

test('a histogram is cumulative, and has a sum and a count', () => {
  const histogram = new Histogram([0.1, 1])
  for (const value of [0.05, 0.5, 5]) histogram.observe({ route: '/a' }, value)
  expect(histogram.text('t', 'Time.').split('\n')).toEqual([
    ...['# HELP t Time.', '# TYPE t histogram'],
    ...['t_bucket{route="/a",le="0.1"} 1', 't_bucket{route="/a",le="1"} 2'],
    ...['t_bucket{route="/a",le="+Inf"} 3', 't_sum{route="/a"} 5.55', 't_count{route="/a"} 3'],
  ])
})

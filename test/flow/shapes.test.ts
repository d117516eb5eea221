// Graphs of many shapes, up to 5,000 steps: each step runs once, after all that it depends on.
import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

type Edges = readonly (readonly number[])[]

/** 0, 1, 2 …: what each step depends on. */
const shapes: Record<string, Edges> = {
  'a chain of 1,000': range(1000, (i) => (i === 0 ? [] : [i - 1])),
  'a fork of 5,000 and a join': [[], ...range(4998, () => [0]), range(4998, (i) => i + 1)],
  'diamonds on diamonds': range(2000, (i) => {
    const [level, place] = [Math.floor(i / 3), i % 3]
    if (i === 0) return []
    if (place === 0) return [i - 1, i - 2]
    return [level * 3]
  }),
  'a tree of 4,095': range(4095, (i) => (i === 0 ? [] : [Math.floor((i - 1) / 2)])),
  'layers with random edges': layers(50, 100, 3),
}

function range<T>(length: number, make: (i: number) => T): T[] {
  return Array.from({ length }, (_, i) => make(i))
}

function layers(count: number, width: number, edges: number): Edges {
  let seed = 7
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return seed % n
  }
  return range(count * width, (i) => {
    const layer = Math.floor(i / width)
    if (layer === 0) return []
    return [...new Set(range(edges, () => (layer - 1) * width + random(width)))]
  })
}

test.for(Object.entries(shapes))('%s', { timeout: 120_000 }, async ([name, edges]) => {
  const began = new Map<string, number>()
  const ended = new Map<string, number>()
  let time = 0
  // built by a program, so the types know nothing
  // biome-ignore lint/suspicious/noExplicitAny: as above
  let flow: any = new Flow<null>({ slug: name.replaceAll(/[^a-z0-9]+/gi, '_') })
  for (const [i, from] of edges.entries()) {
    const slug = `s${i}`
    const dependsOn = from.map((n) => `s${n}`)
    flow = flow.step({ slug, ...(from.length > 0 ? { dependsOn } : {}) }, async (given: object) => {
      expect(began.has(slug)).toBe(false)
      began.set(slug, time++)
      if (from.length > 0) expect(Object.keys(given).sort()).toEqual([...dependsOn].sort())
      if (i % 7 === 0) await new Promise(setImmediate)
      ended.set(slug, time++)
      return i
    })
  }
  const run = await t.start(flow as Flow, null)
  const result = (await run.result()) as Record<string, number>
  expect(began.size).toBe(edges.length)
  for (const [i, from] of edges.entries()) {
    for (const n of from) {
      expect(ended.get(`s${n}`)).toBeLessThan(began.get(`s${i}`) as number)
    }
  }
  const inner = new Set(edges.flat())
  expect(Object.keys(result)).toHaveLength(edges.length - inner.size)
})

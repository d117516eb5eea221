// Graphs of many shapes, up to 5,000 steps: each step runs once, after all that it depends on.
import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { checkRecorded, edgesOfShapes } from '../support/dag-shapes.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()

test.for(Object.entries(edgesOfShapes))('%s', { timeout: 120_000 }, async ([name, edges]) => {
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
  await checkRecorded(run, edges)
  const inner = new Set(edges.flat())
  expect(Object.keys(result)).toHaveLength(edges.length - inner.size)
})

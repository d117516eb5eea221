// Graphs of many shapes, up to 5,000 nodes: each node runs once, after all that it depends on.
import { expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep } from '../../../src/index.ts'
import { checkRecorded, edgesOfShapes } from '../../support/dag-shapes.ts'
import { useEngine } from '../../support/engine.ts'

const began = new Map<string, number>()
const ended = new Map<string, number>()
let time = 0
const note = defineStep('note', async ({ id, wait }: { id: string; wait: boolean }) => {
  expect(began.has(id)).toBe(false)
  began.set(id, time++)
  if (wait) await new Promise(setImmediate)
  ended.set(id, time++)
  return id
})
const t = useEngine({}, { steps: [note] })

test.for(Object.entries(edgesOfShapes))('%s', { timeout: 120_000 }, async ([name, edges]) => {
  began.clear()
  ended.clear()
  const steps = edges.map((from, i) => ({
    ...{ id: `s${i}`, type: 'step' as const, depends_on: from.map((n) => `s${n}`) },
    config: { step: 'note', input: { id: `s${i}`, wait: i % 7 === 0 } },
  }))
  const $schema = 'https://millrace.dev/schema/graph.json'
  const run = await t.start(defineGraph({ $schema, name: name.replaceAll(',', ''), steps }), null)
  const result = (await run.result()) as Record<string, string>
  expect(began.size).toBe(edges.length)
  for (const [i, from] of edges.entries()) {
    for (const n of from) expect(ended.get(`s${n}`)).toBeLessThan(began.get(`s${i}`) as number)
  }
  await checkRecorded(run, edges)
  const inner = new Set(edges.flat())
  expect(Object.keys(result)).toHaveLength(edges.length - inner.size)
})

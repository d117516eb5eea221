import { expect } from 'vitest'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'

/** What each node depends on, by place. */
export type Edges = readonly (readonly number[])[]

/** Shapes of up to 5,000 nodes, 0, 1, 2 …: chains, forks, joins, diamonds, trees and layers at random. */
export const edgesOfShapes: Record<string, Edges> = {
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

/** What is recorded of a run: each node once, after all that it depends on, and no time before theirs. */
export async function checkRecorded(run: WorkflowRun, edges: Edges): Promise<void> {
  const entries = await run.timeline()
  const byId = new Map(entries.map((entry, place) => [entry.stepId, { place, entry }]))
  expect(entries).toHaveLength(edges.length)
  expect(byId.size).toBe(edges.length)
  for (const [i, from] of edges.entries()) {
    const mine = byId.get(`s${i}`)
    for (const n of from) {
      const before = byId.get(`s${n}`)
      const isAfter =
        mine &&
        before &&
        before.place < mine.place &&
        before.entry.timestamp <= mine.entry.timestamp
      if (!isAfter) throw new Error(`s${i} is not recorded after s${n}`)
    }
  }
}

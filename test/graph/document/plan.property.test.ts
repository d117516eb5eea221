// Random documents: valid ones plan so that each node comes after what it needs; what is refused is refused for a reason.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import {
  type PlannedBlock,
  planGraph,
  readGraph,
  validateGraph,
} from '../../../src/graph/document/index.ts'
import type { Json } from '../../../src/model/json.ts'

type Draw = { readonly depends: readonly number[]; readonly kind: number; readonly inner: number }

/** Nodes that depend on earlier ones, some with blocks; shuffled. Every one of these documents is valid. */
const valid = fc
  .tuple(
    fc.array(
      fc.record({
        depends: fc.array(fc.nat(40), { maxLength: 4 }),
        kind: fc.nat(7),
        inner: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 }),
  )
  .map(([draws, order]) => ({
    name: 'random',
    steps: shuffled(
      draws.map((draw, i) => nodeOf(draw, i)),
      order,
    ),
  }))

function nodeOf({ depends, kind, inner }: Draw, i: number): { [key: string]: Json } {
  const before = i === 0 ? [] : [...new Set(depends.map((n) => `n${n % i}`))]
  const reads = before.map((id) => `{{ steps.${id}.output }}`).join(' ') || 'trigger'
  const common = { id: `n${i}`, depends_on: before }
  const block = (name: string) =>
    Array.from({ length: inner }, (_, k) => ({
      id: `n${i}.${name}${k}`,
      type: 'transform',
      depends_on: k === 0 ? [] : [`n${i}.${name}${k - 1}`],
      config: { expression: `${reads} {{ trigger }}` },
    }))
  switch (kind) {
    case 0:
      return { ...common, type: 'map', config: { items: [1, 2], steps: block('m') } }
    case 1:
      return {
        ...common,
        type: 'loop',
        config: { while: 'false', max_iterations: 2, steps: block('l') },
      }
    case 2:
      return { ...common, type: 'parallel', config: { branches: [block('a'), block('b')] } }
    case 3:
      return { ...common, type: 'race', config: { branches: { x: block('a'), y: block('b') } } }
    case 4:
      return { ...common, type: 'condition', config: { expression: reads } }
    case 5:
      return { ...common, type: 'delay', config: { seconds: 1 } }
    default:
      return { ...common, type: 'transform', config: { expression: { deep: [reads] } } }
  }
}

function shuffled<T>(list: T[], order: readonly number[]): T[] {
  return list
    .map((item, i) => ({ item, at: order[i] as number }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function* blocksOf(block: PlannedBlock): Generator<PlannedBlock> {
  yield block
  for (const node of block.nodes) for (const inner of node.blocks) yield* blocksOf(inner)
}

test('every node of a plan comes after all that it depends on, and is there once', () => {
  fc.assert(
    fc.property(valid, (document) => {
      const plan = planGraph(document)
      const seen = new Set<string>()
      let count = 0
      for (const block of blocksOf(plan.root)) {
        const mine = new Set(block.nodes.map(({ id }) => id))
        for (const node of block.nodes) {
          for (const id of node.dependencies) {
            expect(mine.has(id)).toBe(true)
            expect(seen.has(id)).toBe(true)
          }
          seen.add(node.id)
          count++
        }
        const followed = new Set(block.nodes.flatMap(({ dependencies }) => dependencies))
        expect(new Set(block.leaves)).toEqual(new Set([...mine].filter((id) => !followed.has(id))))
      }
      expect(count).toBe(plan.byId.size)
      expect(seen).toEqual(new Set(plan.byId.keys()))
    }),
  )
})

test('the normal form is valid, its own normal form, and the same from JSON and YAML', () => {
  fc.assert(
    fc.property(valid, (document) => {
      const normal = readGraph(document)
      expect(readGraph(normal)).toEqual(normal)
      expect(readGraph(JSON.stringify(normal))).toEqual(normal)
      expect(readGraph(stringify(normal, { aliasDuplicateObjects: false }))).toEqual(normal)
    }),
    { numRuns: 30 },
  )
})

test('one dependency backwards makes a cycle, and its path is one', () => {
  fc.assert(
    fc.property(valid, fc.nat(1000), (document, pick) => {
      const steps = structuredClone(document.steps) as { id: string; depends_on: string[] }[]
      const ancestors = closure(steps)
      const pairs = steps.flatMap(({ id }) =>
        [...(ancestors.get(id) ?? [])].map((from) => [from, id] as const),
      )
      fc.pre(pairs.length > 0)
      const [from, to] = pairs[pick % pairs.length] as readonly [string, string]
      steps.find(({ id }) => id === from)?.depends_on.push(to)
      const cycles = validateGraph({ ...document, steps }).filter(
        ({ code }) => code === 'CYCLE_DETECTED',
      )
      expect(cycles).toHaveLength(1)
      const path = cycles[0]?.details?.path as string[]
      expect(path[0]).toBe(path.at(-1))
      for (const [i, id] of path.slice(1).entries())
        expect(steps.find((step) => step.id === id)?.depends_on).toContain(path[i])
    }),
  )
})

test('a step is read without a complaint exactly by those that come after it', () => {
  fc.assert(
    fc.property(valid, fc.nat(1000), fc.nat(1000), (document, one, other) => {
      const steps = structuredClone(document.steps) as { id: string; depends_on: string[] }[]
      const reader = steps[one % steps.length] as { id: string }
      const read = steps[other % steps.length] as { id: string }
      Object.assign(reader, {
        type: 'transform',
        config: { expression: `{{ steps.${read.id}.output }}` },
      })
      const issues = validateGraph({ ...document, steps })
      const isAfter = closure(steps).get(reader.id)?.has(read.id)
      expect(issues.map(({ code }) => code)).toEqual(isAfter ? [] : ['EXPRESSION_ERROR'])
    }),
  )
})

test('a node is called unreachable only if no choices let it run', () => {
  const small = fc.array(
    fc.record({
      depends: fc.array(fc.nat(9), { maxLength: 2 }),
      yes: fc.array(fc.nat(9), { maxLength: 2 }),
      no: fc.array(fc.nat(9), { maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 8 },
  )
  fc.assert(
    fc.property(small, (draws) => {
      const steps = draws.map(({ depends }, i) => ({
        ...{
          id: `n${i}`,
          type: 'condition',
          config: { expression: '1' } as Record<string, unknown>,
        },
        depends_on: i === 0 ? [] : [...new Set(depends.map((n) => `n${n % i}`))],
      }))
      const ancestors = closure(steps)
      for (const [i, step] of steps.entries()) {
        const after = steps.filter(({ id }) => ancestors.get(id)?.has(step.id)).map(({ id }) => id)
        const pick = (numbers: readonly number[]) => [
          ...new Set(numbers.map((n) => after[n % after.length]).filter((id) => id !== undefined)),
        ]
        step.config.true_branch = pick(draws[i]?.yes ?? [])
        step.config.false_branch = pick(draws[i]?.no ?? [])
      }
      const document = { name: 'branches', steps }
      const issues = validateGraph(document)
      const runs = reachable(steps)
      const told = issues.map(({ code, pointer }) => {
        expect(code).toBe('UNREACHABLE_STEP')
        return `n${pointer.split('/')[2]}`
      })
      for (const id of told) expect(runs.has(id)).toBe(false)
      // what is named by both branches of a condition without which it cannot run is always found
      for (const { id, config } of steps) {
        for (const name of config.true_branch as string[]) {
          const isLost = (config.false_branch as string[]).includes(name)
          const depends = steps.find((step) => step.id === name)?.depends_on
          if (isLost && depends?.length === 1 && depends[0] === id && runs.has(id))
            expect(told).toContain(name)
        }
      }
    }),
    { numRuns: 400 },
  )
})

type Step = { id: string; depends_on: string[]; config?: Record<string, unknown> }

/** All that comes before each. */
function closure(steps: readonly Step[]): Map<string, Set<string>> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const known = new Map<string, Set<string>>()
  const of = (id: string): Set<string> => {
    const found = known.get(id)
    if (found) return found
    const all = new Set<string>()
    known.set(id, all)
    for (const on of byId.get(id)?.depends_on ?? []) for (const one of [on, ...of(on)]) all.add(one)
    return all
  }
  for (const { id } of steps) of(id)
  return known
}

/** What runs under some choices, by trying them all. */
function reachable(steps: readonly Step[]): Set<string> {
  const reached = new Set<string>()
  for (let choices = 0; choices < 2 ** steps.length; choices++) {
    const ran = new Set<string>()
    const skipped = new Set<string>()
    for (const [i, { id, depends_on, config }] of steps.entries()) {
      const isOn = depends_on.length === 0 || depends_on.some((on) => ran.has(on))
      if (!isOn || skipped.has(id)) continue
      ran.add(id)
      const isTrue = (choices >> i) % 2 === 1
      for (const other of (config?.[isTrue ? 'false_branch' : 'true_branch'] ?? []) as string[])
        skipped.add(other)
    }
    for (const id of ran) reached.add(id)
  }
  return reached
}

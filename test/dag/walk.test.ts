import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contains } from '../../src/dag/containment.ts'
import { Dag, type DagNode, findCycle } from '../../src/dag/dag.ts'
import { Gate } from '../../src/dag/gate.ts'
import { type Ends, type NodeEnd, walk } from '../../src/dag/walk.ts'

const node = (id: string, ...dependsOn: string[]): DagNode => ({ id, dependsOn })

/** Graphs whose nodes depend on earlier ones, in any order of the list. */
const dags = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
  .chain((edges) => {
    const nodes = edges.map((from, i) =>
      node(`n${i}`, ...new Set(i === 0 ? [] : from.map((edge) => `n${edge % i}`))),
    )
    return fc.shuffledSubarray(nodes, { minLength: nodes.length })
  })

/** Ends each node when told, in a random order of those that run. */
async function play(nodes: readonly DagNode[], pick: (n: number) => number) {
  const begun: string[] = []
  const running: { id: string; end: (end: NodeEnd) => void }[] = []
  const ends = walk(new Dag(nodes), {
    perform: ({ id }, known) => {
      for (const dependency of nodes.find((one) => one.id === id)?.dependsOn ?? []) {
        expect(known.has(dependency)).toBe(true)
      }
      begun.push(id)
      return new Promise((end) => running.push({ id, end }))
    },
    skip: async () => {},
  })
  for (;;) {
    await new Promise(setImmediate)
    if (running.length === 0) return { begun, ends: await ends }
    const [{ id, end }] = running.splice(pick(running.length), 1) as [(typeof running)[0]]
    end({ status: 'completed', output: id })
  }
}

describe('a walk', () => {
  test('runs each node once, after all that it depends on, whatever ends first', async () => {
    await fc.assert(
      fc.asyncProperty(dags, fc.infiniteStream(fc.nat()), async (nodes, random) => {
        const { begun, ends } = await play(nodes, (n) => (random.next().value as number) % n)
        expect([...begun].sort()).toEqual(nodes.map(({ id }) => id).sort())
        expect(ends.size).toBe(nodes.length)
      }),
      { numRuns: 200 },
    )
  })

  test('goes the same way if the same ends are heard in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(
        dags,
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        async (nodes, picks) => {
          const once = await play(nodes, (n) => (picks[n % picks.length] as number) % n)
          const again = await play(nodes, (n) => (picks[n % picks.length] as number) % n)
          expect(again.begun).toEqual(once.begun)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('of nothing has ended', async () => {
    expect((await walk(new Dag([]), {} as never)).size).toBe(0)
  })

  test('begins nothing after a failure, and throws it', async () => {
    const begun: string[] = []
    const walked = walk(new Dag([node('a'), node('b'), node('c', 'a'), node('d', 'b')]), {
      perform: async ({ id }) => {
        begun.push(id)
        if (id === 'a') throw new Error('no')
        await new Promise(setImmediate)
        return { status: 'completed', output: null }
      },
      skip: async () => {},
    })
    await expect(walked).rejects.toThrow('no')
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(begun).toEqual(['a', 'b'])
  })

  const nodes = [
    node('a'),
    node('b', 'a'),
    node('c', 'b'),
    node('d', 'b', 'e'),
    node('e'),
    node('f', 'e'),
  ]
  async function skipping(first: NodeEnd): Promise<Ends> {
    return walk(new Dag(nodes), {
      perform: async ({ id }) => (id === 'a' ? first : { status: 'completed', output: id }),
      skip: async () => {},
    })
  }
  const statuses = (ends: Ends) =>
    Object.fromEntries([...ends].map(([id, { status }]) => [id, status]))

  test('a skip that cascades takes all that depend on it along, and nothing else', async () => {
    const ends = await skipping({ status: 'skipped', reason: 'condition_unmet', cascades: true })
    const skipped = 'skipped'
    const completed = 'completed'
    expect(statuses(ends)).toEqual({
      ...{ a: skipped, b: skipped, c: skipped, d: skipped },
      ...{ e: completed, f: completed },
    })
    expect(ends.get('c')).toMatchObject({ reason: 'dependency_skipped' })
  })

  test('what a node leaves untaken is skipped, and its dependents decide for themselves', async () => {
    const ends = await skipping({ status: 'completed', output: null, untaken: ['b'] })
    expect(statuses(ends)).toMatchObject({ a: 'completed', b: 'skipped', c: 'completed' })
    expect(ends.get('b')).toMatchObject({ reason: 'condition_unmet', cascades: false })
  })

  test('chains of 100,000 nodes and forks of 100,000 are no matter', async () => {
    const chain = Array.from({ length: 100_000 }, (_, i) =>
      i === 0 ? node('n0') : node(`n${i}`, `n${i - 1}`),
    )
    const fork = [node('root'), ...chain.map(({ id }) => node(id, 'root'))]
    const walker = {
      perform: async ({ id }: DagNode): Promise<NodeEnd> =>
        id === 'n0' || id === 'root'
          ? { status: 'skipped', reason: 'condition_unmet', cascades: true }
          : { status: 'completed', output: null },
      skip: async () => {},
    }
    expect((await walk(new Dag(chain), walker)).size).toBe(100_000)
    expect((await walk(new Dag(fork), walker)).size).toBe(100_001)
    expect(findCycle(chain)).toBeNull()
  })
})

describe('findCycle', () => {
  test('finds none in what has none, and one where an edge back is added', () => {
    fc.assert(
      fc.property(dags, (nodes) => {
        expect(findCycle(nodes)).toBeNull()
      }),
    )
  })

  test('gives the nodes along it', () => {
    expect(findCycle([node('a', 'c'), node('b', 'a'), node('c', 'b'), node('d', 'a')])).toEqual([
      ...['a', 'c', 'b', 'a'],
    ])
    expect(findCycle([node('x'), node('a', 'x', 'a')])).toEqual(['a', 'a'])
    expect(findCycle([node('a', 'nobody')])).toBeNull()
  })
})

test('a gate lets so many through, in the order in which they came', async () => {
  const gate = new Gate(2)
  const log: string[] = []
  let most = 0
  let now = 0
  await Promise.all(
    Array.from({ length: 7 }, (_, i) =>
      gate
        .pass(async () => {
          most = Math.max(most, ++now)
          log.push(String(i))
          await new Promise(setImmediate)
          now--
          if (i === 3) throw new Error('one that fails gives its place back')
        })
        .catch(() => {}),
    ),
  )
  expect(log).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  expect(most).toBe(2)
})

test('contains says what is in what', () => {
  expect(contains({ plan: 'pro', seats: 3 }, { plan: 'pro' })).toBe(true)
  expect(contains({ plan: 'pro' }, { plan: 'pro', seats: 3 })).toBe(false)
  expect(contains([1, 2, 3], [3, 1])).toBe(true)
  expect(contains([1, 2, 3], 2)).toBe(true)
  expect(contains({ a: [1, 2] }, { a: 1 })).toBe(false)
  expect(contains({}, JSON.parse('{"__proto__": {}}'))).toBe(false)
  expect(contains(undefined, {})).toBe(false)
})

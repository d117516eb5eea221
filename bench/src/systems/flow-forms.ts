import { workflow } from 'millrace'
import { Flow } from 'millrace/flow'
import { defineGraph } from 'millrace/graph'
import { names, work } from './steps.ts'
import type { Input } from './system.ts'

/** How many steps a chain has. */
export const CHAIN = 1000
/** How many nodes the small graph has. */
export const SIX = 6
/** Items of a map that a worker has at a time, and those of one block. */
const AT_ONCE = 500
const BLOCK = 250

type Finished = () => void
type Value = { v: number }

const chain = names(CHAIN).map(slug)
const hundred = names(100).map(slug)

/** What flows and graphs take for a name. */
function slug(name: string): string {
  return name.replace('-', '_')
}

/** The same work as durable functions, as flows and as graphs: their ids are shapes. */
export function formsOf(finished: Finished) {
  return [
    ...functions(finished),
    ...[chainFlow, itemsFlow, blocksFlow, hundredFlow, hundredMapFlow].map((make) =>
      make(finished),
    ),
    ...[chainGraph, itemsGraph, hundredGraph, sixGraph].map((make) => make()),
  ]
}

function functions(finished: Finished) {
  const ended = <T>(result: T): T => {
    finished()
    return result
  }
  const options = { maxSteps: 100_000 }
  return [
    workflow('chain', async ({ step, input }) => {
      let { k } = input as Input
      for (const name of chain) k = (await step.run(name, () => work(k))).v
      return ended(k)
    }),
    workflow(
      'items',
      async ({ step, input }) => {
        const items = await step.run('list', () => listOf(input as Input))
        const made = await step.map('made', items, (k) => work(k), { concurrency: AT_ONCE })
        return step.run('end', () => ended(made.length))
      },
      options,
    ),
    workflow('hundred', async ({ step, input }) => {
      const { k } = input as Input
      const made = await Promise.all(hundred.map((name) => step.run(name, () => work(k))))
      return ended(made.length)
    }),
    workflow('six', async ({ step, input }) => {
      const { k } = input as Input
      const first = await step.run('first', () => ({ result: { v: k + 1 } }))
      const large = await step.run('large', () => ({ result: first.result.v > 0 }))
      const second = await step.run('second', () => ({ result: { v: first.result.v + 1 } }))
      const third = await step.run('third', () => work(large.result ? second.result.v : 0))
      const fourth = await step.run('fourth', () => ({ result: { v: third.v + 1 } }))
      return ended(await step.run('end', () => ({ result: { v: fourth.result.v } })))
    }),
  ]
}

function listOf({ items = 1 }: Input): number[] {
  return Array.from({ length: items }, (_, k) => k)
}

function chainFlow(finished: Finished) {
  let flow = new Flow<Input>({ slug: 'chain_flow' }).step({ slug: 'start' }, ({ k }) => work(k))
  let before = 'start'
  for (const name of chain.slice(1)) {
    const from = before
    const isLast = name === chain.at(-1)
    const handler = (given: object) => {
      if (isLast) finished()
      return work((given as Record<string, Value>)[from]?.v ?? 0)
    }
    // a type for each of a thousand steps would have the compiler at work for minutes
    flow = flow.step({ slug: name, dependsOn: [from as 'start'] }, handler) as never
    before = name
  }
  return flow
}

function itemsFlow(finished: Finished) {
  return new Flow<Input>({ slug: 'items_flow' })
    .array({ slug: 'list' }, listOf)
    .map({ slug: 'made', array: 'list', concurrency: AT_ONCE }, (k) => work(k))
    .step({ slug: 'end', dependsOn: ['made'] }, ({ made }) => {
      finished()
      return made.length
    })
}

/** Its items go to workers in blocks, as many as there are at once. */
function blocksFlow(finished: Finished) {
  const spread = { slug: 'made', array: 'list', concurrency: 10_000, blockSize: BLOCK } as const
  return new Flow<Input>({ slug: 'blocks_flow' })
    .array({ slug: 'list' }, listOf)
    .map(spread, (k) => work(k))
    .step({ slug: 'end', dependsOn: ['made'] }, ({ made }) => {
      finished()
      return made.length
    })
}

function hundredFlow(finished: Finished) {
  let flow = new Flow<Input>({ slug: 'hundred_flow' })
  let left = 0
  for (const name of hundred) {
    const handler = ({ k }: Input) => {
      // any hundredth: the bench only asks the database the more often for it
      left = (left + 1) % hundred.length
      if (left === 0) finished()
      return work(k)
    }
    flow = flow.step({ slug: name }, handler) as never
  }
  return flow
}

/** The hundred as items, behind a step that lists them. */
function hundredMapFlow(finished: Finished) {
  let left = 0
  return new Flow<Input>({ slug: 'hundred_map' })
    .array({ slug: 'list' }, () => hundred.map((_, k) => k))
    .map({ slug: 'made', array: 'list', concurrency: hundred.length }, (k) => {
      left = (left + 1) % hundred.length
      if (left === 0) finished()
      return work(k)
    })
}

/** A node that calls the step `work` with what an expression gives. */
function workNode(id: string, input: string, ...before: string[]) {
  return { id, type: 'step', depends_on: before, config: { step: 'work', input: `{{ ${input} }}` } }
}

function chainGraph() {
  const [first = '', ...rest] = chain
  const steps = rest.map((id, i) => {
    const before = chain[i] as string
    return workNode(id, `steps.${before}.output.v`, before)
  })
  return graph('chain_graph', [workNode(first, 'trigger.data.k'), ...steps])
}

function itemsGraph() {
  const list = {
    ...{ id: 'list', type: 'step' },
    config: { step: 'list', input: '{{ trigger.data }}' },
  }
  const made = {
    ...{ id: 'made', type: 'map', depends_on: ['list'] },
    config: {
      ...{ items: '{{ steps.list.output }}', concurrency: AT_ONCE },
      steps: [workNode('one', 'item')],
    },
  }
  return graph('items_graph', [list, made, transform('end', 'steps.made.output | length', 'made')])
}

function hundredGraph() {
  const steps = hundred.map((id) => workNode(id, 'trigger.data.k'))
  return graph('hundred_graph', steps)
}

/** The graph of W9: each node waits for the one before. */
function sixGraph() {
  const large = { expression: 'steps.first.output.result.v > 0', true_branch: ['second'] }
  return graph('six_graph', [
    transform('first', '{"v": trigger.data.k + 1}'),
    { id: 'large', type: 'condition', depends_on: ['first'], config: large },
    transform('second', '{"v": steps.first.output.result.v + 1}', 'large'),
    workNode('third', 'steps.second.output.result.v', 'second'),
    transform('fourth', '{"v": steps.third.output.v + 1}', 'third'),
    transform('end', '{"v": steps.fourth.output.result.v}', 'fourth'),
  ])
}

function transform(id: string, expression: string, ...before: string[]) {
  return {
    ...{ id, type: 'transform', depends_on: before },
    config: { expression: `{{ ${expression} }}` },
  }
}

function graph(name: string, steps: object[]) {
  return defineGraph({ $schema: 'https://millrace.dev/schema/graph.json', name, steps } as never)
}

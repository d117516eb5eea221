import { describeValue } from '../../model/text.ts'
import type { Draft, DraftBlock, DraftNode } from './draft.ts'
import { below } from './pointer.ts'

/** Nodes that a message shows of a cycle; its details have up to a hundred. */
const MAX_SHOWN = 12
const MAX_DETAILS = 100

/** Ties nodes to what they depend on, and puts each block into an order; loops, not calls: chains are long. */
export function checkTopology(draft: Draft, maxDepth: number): void {
  for (const block of draft.blocks) {
    for (const node of block.nodes) resolve(node, draft)
    order(block)
    if (!block.order) for (const cycle of cyclesOf(block)) refuseCycle(cycle, draft)
    checkDepth(block, maxDepth, draft)
  }
}

function resolve(node: DraftNode, draft: Draft): void {
  const { block } = node
  const given = node.value.depends_on
  if (!Array.isArray(given)) return
  const found = new Set<DraftNode>()
  for (const [i, id] of given.entries()) {
    const other = typeof id === 'string' ? block.byId.get(id) : undefined
    if (other) found.add(other)
    else if (typeof id === 'string')
      refuseDependency(node, id, below(below(node.pointer, 'depends_on'), i), draft)
  }
  node.dependencies = [...found]
}

function refuseDependency(node: DraftNode, id: string, pointer: string, draft: Draft): void {
  const elsewhere = draft.byId.get(id)
  const { issues } = draft
  const reason = elsewhere
    ? `which is in another block; a step depends on steps of its own block`
    : `which does not exist`
  const remedy = elsewhere
    ? ' Depend on the step that holds it, or leave it out.'
    : issues.guess(id, node.block.byId.keys()) || ' Name a step, or leave it out.'
  const message = `Step ${describeValue(node.id)} depends on ${describeValue(id)}, ${reason}.${remedy}`
  issues.add('INVALID_DEPENDENCY', pointer, message)
}

/** Dependencies first, else as in the document. */
function order(block: DraftBlock): void {
  const open = block.nodes.map(({ dependencies }) => dependencies.length)
  const dependents = dependentsOf(block)
  const ready = block.nodes.filter(({ index }) => open[index] === 0)
  for (let i = 0; i < ready.length; i++) {
    for (const next of dependents[(ready[i] as DraftNode).index] as DraftNode[]) {
      open[next.index] = (open[next.index] as number) - 1
      if (open[next.index] === 0) ready.push(next)
    }
  }
  block.order = ready.length === block.nodes.length ? ready : null
}

function dependentsOf(block: DraftBlock): DraftNode[][] {
  const dependents: DraftNode[][] = block.nodes.map(() => [])
  for (const node of block.nodes)
    for (const { index } of node.dependencies) dependents[index]?.push(node)
  return dependents
}

/** One cycle of each group of nodes that all depend on each other. */
function cyclesOf(block: DraftBlock): DraftNode[][] {
  const group = groupsOf(block)
  const done = new Set<number>()
  const cycles: DraftNode[][] = []
  for (const node of block.nodes) {
    const mine = group[node.index] as number
    if (done.has(mine)) continue
    const path = wayBack(node, (other) => group[other.index] === mine)
    if (!path) continue
    done.add(mine)
    cycles.push(path)
  }
  return cycles
}

/** Tarjan's: the number of the group of each node, by index. */
function groupsOf(block: DraftBlock): number[] {
  const size = block.nodes.length
  const [seen, low] = [new Array<number>(size).fill(-1), new Array<number>(size).fill(0)]
  const group = new Array<number>(size).fill(-1)
  const stack: DraftNode[] = []
  let [clock, groups] = [0, 0]
  for (const root of block.nodes) {
    if (seen[root.index] !== -1) continue
    const calls = [{ node: root, next: 0 }]
    while (calls.length > 0) {
      const call = calls.at(-1) as { node: DraftNode; next: number }
      const { node } = call
      if (call.next === 0) {
        seen[node.index] = low[node.index] = clock++
        stack.push(node)
      }
      const other = node.dependencies[call.next++]
      if (other) {
        if (seen[other.index] === -1) calls.push({ node: other, next: 0 })
        else if (group[other.index] === -1)
          low[node.index] = Math.min(low[node.index] as number, seen[other.index] as number)
        continue
      }
      calls.pop()
      const caller = calls.at(-1)?.node
      if (caller)
        low[caller.index] = Math.min(low[caller.index] as number, low[node.index] as number)
      if (low[node.index] !== seen[node.index]) continue
      for (let member: DraftNode | undefined; member !== node; ) {
        member = stack.pop() as DraftNode
        group[member.index] = groups
      }
      groups++
    }
  }
  return group
}

/** The shortest way from a node over its dependencies back to it; null if there is none. */
function wayBack(start: DraftNode, isMember: (node: DraftNode) => boolean): DraftNode[] | null {
  const from = new Map<DraftNode, DraftNode>()
  const queue = [start]
  for (const node of queue) {
    for (const other of node.dependencies) {
      if (other === start) {
        const path = [start]
        for (let at: DraftNode | undefined = node; at && at !== start; at = from.get(at))
          path.push(at)
        return [...path, start]
      }
      if (!isMember(other) || from.has(other)) continue
      from.set(other, node)
      queue.push(other)
    }
  }
  return null
}

/** @param path in the order in which they would run: each before the next */
function refuseCycle(path: DraftNode[], { issues }: Draft): void {
  const ids = path.map(({ id }) => id)
  const shown = ids.length <= MAX_SHOWN ? ids : [...ids.slice(0, MAX_SHOWN - 2), '…', ids[0]]
  const [first] = path as [DraftNode]
  const way = shown.join(' → ')
  const what =
    ids.length === 2
      ? `Step ${describeValue(first.id)} depends on itself`
      : `${ids.length - 1} steps depend on each other in a circle: ${way}`
  const message = `${what}. None of them could ever begin. Take one of these dependencies out.`
  issues.add('CYCLE_DETECTED', below(first.pointer, 'depends_on'), message, {
    path: ids.slice(0, MAX_DETAILS),
  })
}

function checkDepth(block: DraftBlock, maxDepth: number, { issues }: Draft): void {
  const before = block.owner?.depth ?? 0
  for (const node of block.order ?? []) {
    let depth = 0
    for (const other of node.dependencies) depth = Math.max(depth, other.depth)
    node.depth = (depth || before) + 1
    if (node.depth !== maxDepth + 1) continue
    const message = `Step ${describeValue(node.id)} is the ${node.depth}th in a chain of steps of which each depends on the one before; there may be ${maxDepth}. Let more of them run side by side.`
    issues.add('MAX_DEPTH_EXCEEDED', node.pointer, message, { limit: maxDepth })
    return
  }
}

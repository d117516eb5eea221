import type { DraftBlock, DraftNode } from './draft.ts'

/** Whether `ancestor` must come before `node`, directly or not; `refuse` is called if not. */
export type AncestorQuestion = {
  readonly node: DraftNode
  readonly ancestor: DraftNode
  readonly refuse: () => void
}

/** Ancestors that are followed at once: 32 words for each node. */
const BATCH = 1024

/**
 * Answers many questions about one block at the cost of a few walks through it, whatever its shape. A block
 * with a cycle has no order: nothing is said about it.
 */
export function askAncestors(block: DraftBlock, questions: readonly AncestorQuestion[]): void {
  if (!block.order) return
  const direct = new Map<DraftNode, Set<DraftNode>>()
  const open = questions.filter(({ node, ancestor }) => {
    const known = direct.get(node) ?? new Set(node.dependencies)
    direct.set(node, known)
    return !known.has(ancestor)
  })
  const columns = [...new Set(open.map(({ ancestor }) => ancestor))]
  const byColumn = new Map(columns.map((column) => [column, [] as AncestorQuestion[]]))
  for (const question of open) byColumn.get(question.ancestor)?.push(question)
  for (let from = 0; from < columns.length; from += BATCH) {
    const batch = columns.slice(from, from + BATCH)
    const follow = followers(block, batch)
    for (const [column, ancestor] of batch.entries()) {
      for (const { node, refuse } of byColumn.get(ancestor) as AncestorQuestion[])
        if (!follow(node, column)) refuse()
    }
  }
}

/** One bit for each ancestor of the batch in the row of each node: whether it comes before the node. */
function followers(block: DraftBlock, ancestors: readonly DraftNode[]) {
  const words = Math.ceil(ancestors.length / 32)
  const rows = new Uint32Array(words * block.nodes.length)
  const columnOf = new Map(ancestors.map((node, column) => [node, column]))
  for (const node of block.order as DraftNode[]) {
    const mine = node.index * words
    for (const other of node.dependencies) {
      const theirs = other.index * words
      for (let word = 0; word < words; word++)
        rows[mine + word] = (rows[mine + word] as number) | (rows[theirs + word] as number)
      const column = columnOf.get(other)
      if (column !== undefined) {
        const at = mine + (column >> 5)
        rows[at] = (rows[at] as number) | (1 << (column & 31))
      }
    }
  }
  return (node: DraftNode, column: number): boolean => {
    const word = rows[node.index * words + (column >> 5)] as number
    return ((word >>> (column & 31)) & 1) === 1
  }
}

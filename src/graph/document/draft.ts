import type { NodeType } from './graph-document.ts'
import type { IssueList } from './issue-list.ts'
import type { FoundTemplate } from './templates.ts'

/** A node as far as it is known to be right: checks go on where others have failed. */
export type DraftNode = {
  readonly id: string
  /** Undefined if it is none that there is. */
  readonly type: NodeType | undefined
  readonly value: Readonly<Record<string, unknown>>
  readonly config: Readonly<Record<string, unknown>>
  readonly pointer: string
  readonly block: DraftBlock
  /** Among the nodes of its block. */
  readonly index: number
  readonly blocks: DraftBlock[]
  readonly templates: FoundTemplate[]
  /** Nodes of the same block, each once; filled in when all are known. */
  dependencies: DraftNode[]
  /** Nodes on the longest chain that ends here, those before its block included. */
  depth: number
}

/** The nodes of a document, or of one block of a node. */
export type DraftBlock = {
  readonly owner: DraftNode | null
  /** Of a branch: its key, or b0, b1 and so on; of others ''. */
  readonly name: string
  readonly level: number
  readonly nodes: DraftNode[]
  readonly byId: Map<string, DraftNode>
  /** Dependencies first; null while it is not known, and for ever where there is a cycle. */
  order: DraftNode[] | null
}

/** A whole document. */
export type Draft = {
  readonly root: DraftBlock
  /** Owners before what they hold. */
  readonly blocks: DraftBlock[]
  /** All nodes by id; of several with one id the first. */
  readonly byId: Map<string, DraftNode>
  /** Of the document itself: its output. */
  readonly templates: FoundTemplate[]
  readonly issues: IssueList
}

/** The blocks that a node is within, the innermost first. */
export function enclosing(node: DraftNode): DraftBlock[] {
  const blocks = [node.block]
  for (let { owner } = node.block; owner; { owner } = owner.block) blocks.push(owner.block)
  return blocks
}

import type { RetryOptions } from '../../model/backoff.ts'
import type { Json } from '../../model/json.ts'
import type { Template } from '../expression/index.ts'
import { branchesOf } from './check-branches.ts'
import { secondsOrText } from './check-fields.ts'
import type { Draft, DraftBlock, DraftNode } from './draft.ts'
import type { GraphDocument, GraphNode, NodeType } from './graph-document.ts'
import { setOwn } from './parsed-text.ts'
import { below } from './pointer.ts'
import { workflowIdOf } from './workflow-id.ts'

/** Templates by the JSON pointer of their text: of nodes from `config`, of a document from the document. */
export type Templates = ReadonlyMap<string, Template>

/** One branch of a condition or switch. */
export type PlannedBranch = {
  /** `'true'`, `'false'`; of a switch `'case x'` or `'default'`. */
  readonly branch: string
  /** The nodes that run only if it is taken. */
  readonly steps: readonly string[]
}

/** A node, and what running it needs. */
export type PlannedNode = {
  readonly id: string
  readonly type: NodeType
  /** In its normal form. */
  readonly node: GraphNode
  /** Where it is in the document. */
  readonly pointer: string
  /** Ids of nodes of the same block, each once. */
  readonly dependencies: readonly string[]
  /** Of conditions and switches: what they choose from. */
  readonly branches: readonly PlannedBranch[]
  /** The branches of other nodes that this one is in. */
  readonly within: readonly { readonly chooser: string; readonly branch: string }[]
  readonly templates: Templates
  /** Of map and loop one, of parallel and race several. */
  readonly blocks: readonly PlannedBlock[]
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs?: number
  readonly retry?: RetryOptions
}

/** The nodes of a document, or of one block. */
export type PlannedBlock = {
  /** Of a branch of parallel or race: its key, or b0, b1 and so on; of others ''. */
  readonly name: string
  /** In an order in which they could run, one after the other. */
  readonly nodes: readonly PlannedNode[]
  /** Ids of those on which no other depends, in the order of the document. */
  readonly leaves: readonly string[]
}

/** A document, and what running it needs. */
export type GraphPlan = {
  /** The document as it was given. */
  readonly source: Json
  /** In its normal form. */
  readonly document: GraphDocument
  readonly workflowId: string
  /** Documents with `$schema` are Millrace's; where the two differ, the others are as in the Workflow Automation Engine. */
  readonly dialect: 'millrace' | 'wae'
  readonly root: PlannedBlock
  /** All nodes, those of blocks included. */
  readonly byId: ReadonlyMap<string, PlannedNode>
  /** Of `output`: by pointers such as '/output/total'. */
  readonly templates: Templates
  /** Of a whole run, in milliseconds. */
  readonly timeoutMs?: number
}

/** Makes the plan of a document that was found to be right. */
export function planOf(draft: Draft, source: Json, document: GraphDocument): GraphPlan {
  const byId = new Map<string, PlannedNode>()
  const root = planBlock(draft.root, document.steps, byId)
  return {
    ...{ source, document, workflowId: workflowIdOf(document), root, byId },
    dialect: document.$schema === undefined ? 'wae' : 'millrace',
    templates: new Map(draft.templates.map(({ pointer, template }) => [pointer, template])),
    ...timeoutOf(document.timeout),
  }
}

function planBlock(
  block: DraftBlock,
  nodes: readonly GraphNode[],
  byId: Map<string, PlannedNode>,
): PlannedBlock {
  const within = new Map<string, { chooser: string; branch: string }[]>()
  for (const { id, type, config } of block.nodes) {
    for (const { branch, ids } of branchesOf(type, config))
      for (const named of new Set(ids as string[])) {
        const others = within.get(named)
        if (others) others.push({ chooser: id, branch })
        else within.set(named, [{ chooser: id, branch }])
      }
  }
  const planned = (block.order as DraftNode[]).map((draft) => {
    const node = planNode(draft, nodes[draft.index] as GraphNode, within.get(draft.id) ?? [], byId)
    byId.set(node.id, node)
    return node
  })
  const followed = new Set(planned.flatMap(({ dependencies }) => dependencies))
  const leaves = block.nodes.map(({ id }) => id).filter((id) => !followed.has(id))
  return { name: block.name, nodes: planned, leaves }
}

function planNode(
  draft: DraftNode,
  node: GraphNode,
  within: { chooser: string; branch: string }[],
  byId: Map<string, PlannedNode>,
): PlannedNode {
  const { id, type, pointer, config } = draft
  const start = `${pointer}/config`.length
  return {
    ...{ id, type: type as NodeType, node, pointer, within },
    dependencies: draft.dependencies.map((other) => other.id),
    branches: branchesOf(type, config).map(({ branch, ids }) => ({
      branch,
      steps: [...new Set(ids as string[])],
    })),
    templates: new Map(draft.templates.map((one) => [one.pointer.slice(start), one.template])),
    blocks: draft.blocks.map((block) => planBlock(block, nodesOf(node, block.name), byId)),
    ...timeoutOf(node.timeout),
    ...(node.retry && { retry: retryOf(node.retry) }),
  }
}

function nodesOf({ config }: GraphNode, name: string): readonly GraphNode[] {
  if ('steps' in config) return config.steps
  if (!('branches' in config)) return []
  const { branches } = config
  return (Array.isArray(branches) ? branches[Number(name.slice(1))] : branches[name]) ?? []
}

function timeoutOf(timeout: number | string | undefined): { timeoutMs?: number } {
  const ms = timeout === undefined ? null : secondsOrText(timeout)
  return ms === null ? {} : { timeoutMs: ms }
}

/** In milliseconds; no delay is one of a millisecond, the shortest. */
function retryOf(retry: NonNullable<GraphNode['retry']>): RetryOptions {
  const { max_attempts, delay_seconds, max_delay_seconds, backoff, jitter } = retry
  return {
    ...(max_attempts === undefined ? {} : { maxAttempts: max_attempts }),
    ...(delay_seconds === undefined ? {} : { baseDelay: Math.max(1, delay_seconds * 1000) }),
    ...(max_delay_seconds === undefined ? {} : { maxDelay: Math.max(1, max_delay_seconds * 1000) }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(jitter === undefined ? {} : { jitter }),
  }
}

/**
 * A value with its templates evaluated; the rest as it is.
 * @param pointer of the value, as the templates are named
 * @example fillTemplates(node.config.headers, plan.templates, '/headers', (one) => evaluateTemplate(one, scope))
 */
export function fillTemplates(
  value: Json,
  templates: Templates,
  pointer: string,
  evaluate: (template: Template) => unknown,
): Json {
  if (templates.size === 0 || typeof value !== 'object' || value === null) {
    const template = templates.get(pointer)
    return template === undefined ? value : ((evaluate(template) ?? null) as Json)
  }
  if (Array.isArray(value))
    return value.map((item, i) => fillTemplates(item, templates, below(pointer, i), evaluate))
  const result: { [key: string]: Json } = {}
  for (const [key, item] of Object.entries(value))
    setOwn(result, key, fillTemplates(item, templates, below(pointer, key), evaluate))
  return result
}

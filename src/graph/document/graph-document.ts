import type { Json } from '../../model/json.ts'
import type { issueCodes } from './issue-codes.ts'

/** Text that may hold `{{ expressions }}`. */
export type TemplateText = string

/** What every node may have, whatever its type. Bare numbers of durations are seconds. */
export type NodeCommon = {
  /** Unique in the whole document, nested blocks included. */
  id: string
  description?: string
  /** Ids of nodes of the same block. */
  depends_on?: string[]
  timeout?: number | string
  retry?: NodeRetry
  /** What follows when the attempts are used up; default 'fail'. */
  on_error?: 'fail' | 'skip' | { continue_with: Json }
  /** The queue whose workers take the node; default: that of the run. */
  queue?: string
}

export type NodeRetry = {
  max_attempts?: number
  delay_seconds?: number
  max_delay_seconds?: number
  backoff?: 'exponential' | 'linear' | 'fixed'
  jitter?: boolean
}

/** The configuration of each type of node. */
export type NodeConfigs = {
  http: {
    url: TemplateText
    method?: string
    headers?: Record<string, TemplateText>
    body?: Json
    timeout_seconds?: number
    expect?: number[]
    response?: 'text' | 'json' | 'auto'
    max_response_bytes?: number
  }
  transform: { expression: Json }
  condition: { expression: TemplateText; true_branch?: string[]; false_branch?: string[] }
  switch: { expression: TemplateText; cases: Record<string, string[]>; default?: string[] }
  delay: { seconds?: number; duration?: string }
  wait_until: { at: TemplateText }
  wait_for: { event_name: string; key?: TemplateText; timeout?: number | string; schema?: Json }
  approval: {
    question: TemplateText
    assignees?: TemplateText[]
    roles?: string[]
    details?: Json
    timeout?: number | string
    on_timeout?: 'approve' | 'reject'
  }
  step: { step: string; input?: Json }
  sub_workflow: { workflow_id: string; input_mapping?: Json }
  sql: { statement: string; params?: Json[] }
  map: { items: TemplateText | Json[]; as?: string; concurrency?: number; steps: GraphNode[] }
  loop: { while: TemplateText; max_iterations: number; steps: GraphNode[] }
  parallel: { branches: Branches }
  race: { branches: Branches }
}

/** Blocks side by side: a list, whose names are b0, b1 and so on, or by name. */
export type Branches = GraphNode[][] | Record<string, GraphNode[]>

export type NodeType = keyof NodeConfigs

/** One node of a graph: what to do, and after which others. */
export type GraphNode = {
  [T in NodeType]: NodeCommon & { type: T; config: NodeConfigs[T] }
}[NodeType]

/** A node of one type. */
export type NodeOf<T extends NodeType> = Extract<GraphNode, { type: T }>

/** A workflow as a document: JSON or YAML, without code. */
export type GraphDocument = {
  /** Where the JSON Schema is; documents with it are Millrace's own, those without may be of the Workflow Automation Engine. */
  $schema?: string
  /** Of its workflow; default: the name, or what can be made of it. */
  id?: string
  name: string
  version?: string
  description?: string
  /** JSON Schema of what a start gives. */
  input_schema?: Json
  /** Of a whole run; a bare number is seconds. */
  timeout?: number | string
  /** What a run gives; default: the outputs of the nodes on which no other depends, by id. */
  output?: Json
  trigger_type?: 'manual' | 'webhook' | 'cron'
  trigger_config?: Json
  webhook_secret?: string
  webhook_path?: string
  is_active?: boolean
  steps: GraphNode[]
}

/** What is wrong with a document. */
export type IssueCode = keyof typeof issueCodes

/** One problem of a document, and where it is. */
export type GraphIssue = {
  readonly code: IssueCode
  /** What, which value, which rule, and what to do. */
  readonly message: string
  /** JSON pointer (RFC 6901) of the value; '' is the document. */
  readonly pointer: string
  /** Of that value in the text, from 1; absent where the source was an object. */
  readonly line?: number
  /** In UTF-16 units, from 1. */
  readonly column?: number
  /** Data of the message: the path of a cycle, the offset within an expression. */
  readonly details?: Readonly<Record<string, Json>>
}

/** Limits that an operator may set. */
export type GraphLimits = {
  /** Nodes of a document, nested ones included; default 10,000. */
  maxNodes?: number
  /** Nodes on the longest chain of dependencies; default: no limit. */
  maxDepth?: number
}

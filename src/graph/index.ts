// Workflows as documents: JSON or YAML, without code. See docs/graphs.md.
export { defineGraph, loadGraph } from './define-graph.ts'
export {
  type Branches,
  type GraphDocument,
  type GraphIssue,
  type GraphLimits,
  type GraphNode,
  type NodeType,
  validateGraph,
} from './document/index.ts'
export { ExpressionError } from './expression/index.ts'
export type { HttpPolicyOptions } from './http/index.ts'

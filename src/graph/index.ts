/**
 * `millrace/graph`: workflows as documents, JSON or YAML, and the guarded requests that their steps send. See
 * docs/graphs.md.
 * @module
 */
export {
  branch,
  type Composed,
  compose,
  loop,
  type Part,
  parallel,
  race,
  sequence,
} from './compose/index.ts'
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
export * from './http/index.ts'
export {
  type DocumentFormat,
  type DryRunStep,
  diffDefinitions,
  dryRun,
  exportDefinition,
} from './moving/index.ts'

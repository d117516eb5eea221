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
export {
  guardedRequest,
  type HttpError,
  type HttpErrorCode,
  type HttpErrorDetails,
  type HttpErrorReason,
  HttpFinalError,
  HttpPolicy,
  type HttpPolicyOptions,
  type HttpRequest,
  type HttpResult,
  HttpRetryAfterError,
  HttpStepError,
  isHttpError,
  type Lookup as HttpLookup,
} from './http/index.ts'
export {
  type DocumentFormat,
  type DryRunStep,
  diffDefinitions,
  dryRun,
  exportDefinition,
} from './moving/index.ts'

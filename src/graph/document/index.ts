export { type Choice, chooseBranch, isTrue } from './choice.ts'
export type * from './graph-document.ts'
export { issueCodes } from './issue-codes.ts'
export { toSchema } from './json-schema.ts'
export { delayMs, RESERVED_NAMES } from './node-rules.ts'
export { type Doubt, doubtfulReads } from './output-fields.ts'
export {
  fillTemplates,
  type GraphPlan,
  type PlannedBlock,
  type PlannedBranch,
  type PlannedNode,
  type Templates,
} from './plan.ts'
export { graphJsonSchema, SCHEMA_URL } from './published-schema.ts'
export {
  loadGraphText,
  planGraph,
  readGraph,
  toDefinitionError,
  validateGraph,
} from './read-graph.ts'
export { readSource } from './source.ts'
export { toSqlText } from './sql-text.ts'
export { workflowIdOf } from './workflow-id.ts'

/** The expressions of graphs: Jinja's, over plain data, with an end to everything. docs/expressions.md tells all of it. */
export { evaluateExpression, evaluateTemplate, renderTemplate, type Scope } from './evaluate.ts'
export { ExpressionError } from './expression-error.ts'
export type { Limits } from './meter.ts'
export { type Reference, referencesOf } from './references.ts'
export {
  type Expression,
  hasTags,
  parseExpression,
  parseTemplate,
  type Template,
} from './template.ts'

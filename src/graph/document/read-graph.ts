import { DefinitionError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { MAX_NODES } from '../../model/limits.ts'
import { checkBranches } from './check-branches.ts'
import { checkReferences } from './check-references.ts'
import { checkShape } from './check-shape.ts'
import type { GraphDocument, GraphIssue, GraphLimits } from './graph-document.ts'
import { normalise } from './normalise.ts'
import { type GraphPlan, planOf } from './plan.ts'
import { readSource, readSourceFile } from './source.ts'
import { checkTopology } from './topology.ts'

/** Issues that the message of an error lists; all are in `issues`. */
const SHOWN = 5

type Checked = { readonly issues: GraphIssue[]; readonly plan: GraphPlan | null }

/**
 * Everything that is wrong with a document, at once; an empty list if nothing is. Never throws.
 * @param source an object, or text of JSON, YAML, or SQL as `exportDefinition` writes it
 * @example validateGraph('name: a\nsteps: []')
 * // [{ code: 'NO_STEPS', message: 'The document has no steps. …', pointer: '/steps', line: 2, column: 8 }]
 */
export function validateGraph(source: unknown, limits: GraphLimits = {}): GraphIssue[] {
  return check(source, limits).issues
}

/**
 * A document, checked and in its normal form: dependencies always there and each once, methods in capitals,
 * nothing that is null for want of a value.
 * @throws DefinitionError (MR030) with every issue
 */
export function readGraph(source: unknown, limits: GraphLimits = {}): GraphDocument {
  return planGraph(source, limits).document
}

/**
 * What running a document needs to know: its nodes in an order in which they could run, with their
 * dependencies, the branches that they are in, and their templates, parsed.
 * @param path of its file, if it is the text of one
 * @throws DefinitionError (MR030) with every issue
 */
export function planGraph(source: unknown, limits: GraphLimits = {}, path?: string): GraphPlan {
  const { issues, plan } = check(source, limits)
  if (plan) return plan
  throw toDefinitionError(issues, path)
}

/**
 * The text of a file, once it is known to hold a graph.
 * @throws DefinitionError (MR030) with every issue; what the file system throws
 */
export async function loadGraphText(path: string, limits: GraphLimits = {}): Promise<string> {
  const text = await readSourceFile(path)
  const { issues, plan } = check(text, limits)
  if (plan) return text
  throw toDefinitionError(issues, path)
}

/** What a document is refused with. @param path of its file, if it has one */
export function toDefinitionError(issues: readonly GraphIssue[], path?: string): DefinitionError {
  const shown = issues.slice(0, SHOWN).map((issue) => `${placeOf(issue, path)}: ${issue.message}`)
  const rest = issues.length - shown.length
  const more = rest > 0 ? `\n… and ${rest} more; "millrace workflows check" tells all` : ''
  const count = issues.length === 1 ? 'an error' : `${issues.length} errors`
  return new DefinitionError(`The graph has ${count}:\n${shown.join('\n')}${more}`, {
    issues: issues.map((issue) => ({ ...issue, path: issue.pointer })),
    details: { codes: [...new Set(issues.map(({ code }) => code))] },
  })
}

function placeOf({ line, column, pointer, code }: GraphIssue, path?: string): string {
  const place = line === undefined ? pointer || 'the document' : `${line}:${column}`
  return `${path === undefined ? '' : `${path}:`}${place} ${code}`
}

function check(source: unknown, limits: GraphLimits): Checked {
  const read = readSource(source)
  const { issues, locate, value } = read
  const draft = value === undefined ? null : checkShape(value, limits.maxNodes ?? MAX_NODES, issues)
  if (!draft) return { issues: issues.located(locate), plan: null }
  checkTopology(draft, limits.maxDepth ?? Number.POSITIVE_INFINITY)
  checkBranches(draft)
  checkReferences(draft)
  if (!issues.isEmpty) return { issues: issues.located(locate), plan: null }
  return { issues: [], plan: planOf(draft, value as Json, normalise(value as Json)) }
}

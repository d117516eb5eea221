import { nearest } from '../../model/nearest.ts'
import { describeValue, listWords } from '../../model/text.ts'
import { type Reference, referencesOf } from '../expression/index.ts'
import type { GraphNode, NodeOf, NodeType } from './graph-document.ts'
import type { GraphPlan, PlannedNode, Templates } from './plan.ts'

/** What is likely to be a mistake, and where. */
export type Doubt = { readonly message: string; readonly pointer: string }

/** The fields that outputs have, by type; of those that are not here nothing is known before they run. */
const fields: Partial<Record<NodeType, readonly string[]>> = {
  http: ['status_code', 'headers', 'body', 'text', 'duration_ms', 'truncated'],
  transform: ['result'],
  condition: ['result', 'branch', 'branch_steps'],
  switch: ['result', 'branch', 'branch_steps'],
  delay: ['delayed_seconds'],
  wait_until: ['at'],
  approval: ['approved', 'expired', 'by', 'comment', 'data'],
  sub_workflow: ['status', 'context'],
  sql: ['rows', 'row_count'],
  race: ['winner', 'output'],
}

/** Fields of outputs that expressions read although no output of that step has them. */
export function doubtfulReads(plan: GraphPlan): Doubt[] {
  const doubts = [...plan.byId.values()].flatMap(({ templates, pointer }) =>
    doubtsOf(templates, `${pointer}/config`, plan),
  )
  return [...doubts, ...doubtsOf(plan.templates, '', plan)]
}

function doubtsOf(templates: Templates, base: string, { byId }: GraphPlan): Doubt[] {
  return [...templates].flatMap(([where, template]) =>
    referencesOf(template).flatMap(({ path }) => {
      const problem = problemOf(path, byId)
      return problem === null ? [] : [{ message: problem, pointer: base + where }]
    }),
  )
}

/** @returns null for what may be there, or is of no step */
function problemOf(path: Reference['path'], byId: GraphPlan['byId']): string | null {
  const [root, id, member, field] = path
  if (root !== 'steps' || member !== 'output' || field === undefined) return null
  const node = byId.get(String(id)) as PlannedNode
  // what it gives where it fails is the author's
  if (typeof node.node.on_error === 'object') return null
  const what = `the output of "${node.id}" (${node.type})`
  if (node.type === 'map' || node.type === 'loop') {
    if (typeof field === 'number') return null
    return `${what} is a list, and has no ${describeValue(field)}. Read an item, like steps.${node.id}.output[0].`
  }
  const known = node.type === 'parallel' ? branchesOf(node.node) : fields[node.type]
  if (known === undefined || known.includes(String(field))) return null
  const [meant] = nearest(String(field), known)
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  return `${what} has no ${describeValue(field)}.${hint} It has ${listWords(known, 'and')}.`
}

function branchesOf(node: GraphNode): string[] {
  return Object.keys((node as NodeOf<'parallel'>).config.branches).map((key) =>
    /^\d+$/.test(key) ? `b${key}` : key,
  )
}

import { describeValue, listWords } from '../../model/text.ts'
import { type GraphDocument, type GraphNode, readGraph } from '../document/index.ts'
import { diffDependencies, diffObjects, type JsonObject } from './diff-values.ts'

/** A node, and the block that it is in, in words. */
type Found = { readonly node: GraphNode; readonly where: string }

/** Fields that are told of in their own way, or are nodes. */
const apart = ['id', 'type', 'depends_on', 'config']
const nested = ['steps', 'branches']

/**
 * What is different in another document, in words, one change a line; nothing if they do the same. The order of nodes
 * and of their dependencies, and how a duration is written, are no changes.
 * @throws DefinitionError (MR030) if one of them is not valid
 * @example diffDocuments(stored, 'name: order\n…')
 * // ['step "pay" no longer depends on "check"', 'step "pay": retry.max_attempts: 3, now 5']
 */
export function diffDocuments(before: unknown, after: unknown): string[] {
  const [old, young] = [readGraph(before), readGraph(after)]
  const [olds, youngs] = [nodesOf(old), nodesOf(young)]
  const lines = diffObjects(old as JsonObject, young as JsonObject, '', nested)
  for (const [id, { node, where }] of olds)
    if (!youngs.has(id)) lines.push(`step ${describeValue(id)} removed (${node.type}, ${where})`)
  for (const [id, found] of youngs) {
    const known = olds.get(id)
    if (known) lines.push(...diffNodes(known, found))
    else lines.push(added(found))
  }
  return lines
}

function nodesOf(document: GraphDocument): Map<string, Found> {
  const found = new Map<string, Found>()
  const visit = (nodes: readonly GraphNode[], where: string) => {
    for (const node of nodes) {
      found.set(node.id, { node, where })
      const { config } = node
      const inside = `in ${describeValue(node.id)}`
      if ('steps' in config) visit(config.steps, inside)
      if (!('branches' in config)) continue
      const isList = Array.isArray(config.branches)
      for (const [key, block] of Object.entries(config.branches))
        visit(block, `${inside}, branch ${isList ? `b${key}` : describeValue(key)}`)
    }
  }
  visit(document.steps, 'in the document')
  return found
}

function added({ node, where }: Found): string {
  const { depends_on: depends = [] } = node
  const after = depends.length === 0 ? '' : `, after ${listWords(depends, 'and')}`
  return `step ${describeValue(node.id)} added (${node.type}, ${where}${after})`
}

function diffNodes(before: Found, after: Found): string[] {
  const step = `step ${describeValue(after.node.id)}`
  const [old, young] = [before.node, after.node]
  const lines: string[] = []
  if (before.where !== after.where) lines.push(`${step} moved: ${before.where}, now ${after.where}`)
  if (old.type !== young.type) lines.push(`${step}: type: ${old.type}, now ${young.type}`)
  lines.push(...diffDependencies(step, old.depends_on ?? [], young.depends_on ?? []))
  const start = `${step}: `
  const fields = diffObjects(old as JsonObject, young as JsonObject, '', apart)
  const config = diffObjects(
    old.config as JsonObject,
    young.config as JsonObject,
    'config.',
    nested,
  )
  for (const line of [...fields, ...config]) lines.push(start + line)
  return lines
}

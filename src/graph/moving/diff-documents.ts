import type { Json } from '../../model/json.ts'
import { describeValue } from '../../model/text.ts'
import { secondsOrText } from '../document/check-fields.ts'
import { type GraphDocument, type GraphNode, readGraph } from '../document/index.ts'
import { listWords } from '../document/issue-list.ts'

type JsonObject = { readonly [key: string]: Json }

/** A node, and the block that it is in, in words. */
type Found = { readonly node: GraphNode; readonly where: string }

/** Fields that are told of in their own way, or are nodes. */
const apart = ['id', 'type', 'depends_on', 'config']
const nested = ['steps', 'branches']

/** Of a document: nobody is to read it in a log. */
const SECRET = 'webhook_secret'

/** Lists of ids, whose order means nothing. */
const idLists = /^config\.(true_branch|false_branch|default|cases\..*)$/

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
  const { lost, won } = diffSets(old.depends_on ?? [], young.depends_on ?? [])
  if (lost.length > 0) lines.push(`${step} no longer depends on ${listWords(lost, 'and')}`)
  if (won.length > 0) lines.push(`${step} now depends on ${listWords(won, 'and')}`)
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

function diffObjects(
  before: JsonObject,
  after: JsonObject,
  path: string,
  except: readonly string[],
): string[] {
  const lines: string[] = []
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (except.includes(key)) continue
    const [old, young] = [shown(before, key), shown(after, key)]
    const name = path + key
    if (key === SECRET && old === young) {
      if (before[key] !== after[key]) lines.push(`${name}: changed`)
      continue
    }
    if (old === undefined) lines.push(`${name}: ${describeValue(young)}, was not there`)
    else if (young === undefined) lines.push(`${name}: ${describeValue(old)}, now not there`)
    else lines.push(...diffValues(old, young, name))
  }
  return lines
}

function shown(object: JsonObject, key: string): Json | undefined {
  if (!Object.hasOwn(object, key)) return undefined
  return key === SECRET ? '…' : object[key]
}

function diffValues(old: Json, young: Json, name: string): string[] {
  if (isObject(old) && isObject(young)) return diffObjects(old, young, `${name}.`, [])
  if (Array.isArray(old) && Array.isArray(young))
    return idLists.test(name)
      ? diffIds(old as string[], young as string[], name)
      : diffLists(old, young, name)
  if (old === young || isSameDuration(old, young, name)) return []
  const [from, to] = [describeValue(old), describeValue(young)]
  return [
    from === to ? `${name}: ${from}, now another that begins so` : `${name}: ${from}, now ${to}`,
  ]
}

function diffIds(old: string[], young: string[], name: string): string[] {
  const { lost, won } = diffSets(old, young)
  return [
    ...(lost.length > 0 ? [`${name}: no longer ${listWords(lost, 'and')}`] : []),
    ...(won.length > 0 ? [`${name}: now also ${listWords(won, 'and')}`] : []),
  ]
}

function diffLists(old: readonly Json[], young: readonly Json[], name: string): string[] {
  const lines: string[] = []
  for (let i = 0; i < Math.max(old.length, young.length); i++) {
    const [from, to] = [old[i], young[i]]
    const at = `${name}[${i}]`
    if (from === undefined) lines.push(`${at}: ${describeValue(to)}, was not there`)
    else if (to === undefined) lines.push(`${at}: ${describeValue(from)}, now not there`)
    else lines.push(...diffValues(from, to, at))
  }
  return lines
}

function diffSets(old: readonly string[], young: readonly string[]) {
  const [before, after] = [new Set(old), new Set(young)]
  return {
    lost: [...before].filter((id) => !after.has(id)),
    won: [...after].filter((id) => !before.has(id)),
  }
}

/** '5 minutes' and 300 are the same. */
function isSameDuration(old: Json, young: Json, name: string): boolean {
  if (!/^(config\.)?(timeout|duration)$/.test(name)) return false
  const ms = (value: Json) =>
    typeof value === 'number' || typeof value === 'string' ? secondsOrText(value) : null
  return ms(old) !== null && ms(old) === ms(young)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

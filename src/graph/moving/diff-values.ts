import type { Json } from '../../model/json.ts'
import { describeValue, listWords } from '../../model/text.ts'
import { secondsOrText } from '../document/check-fields.ts'

export type JsonObject = { readonly [key: string]: Json }

/** Of a document: nobody is to read it in a log. */
const SECRET = 'webhook_secret'

/** Lists of ids, whose order means nothing. */
const idLists = /^config\.(true_branch|false_branch|default|cases\..*)$/

/** What a step comes after, and came after. @param step as lines name it */
export function diffDependencies(
  step: string,
  old: readonly string[],
  young: readonly string[],
): string[] {
  const { lost, won } = diffSets(old, young)
  return [
    ...(lost.length > 0 ? [`${step} no longer depends on ${listWords(lost, 'and')}`] : []),
    ...(won.length > 0 ? [`${step} now depends on ${listWords(won, 'and')}`] : []),
  ]
}

/**
 * What is different in another object, a line for each value.
 * @param path of the object, with a point behind; '' is the whole
 * @param except fields that are told of elsewhere
 */
export function diffObjects(
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

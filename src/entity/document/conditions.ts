import { below } from '../../graph/document/pointer.ts'
import type { Json } from '../../model/json.ts'
import { MAX_MACHINE_COMPARISONS } from '../../model/limits.ts'
import { describeValue, listWords } from '../../model/text.ts'
import { checkExpression } from './expressions.ts'
import type { MachineTransition } from './machine-document.ts'
import type { Problems } from './problems.ts'
import { nameOf } from './ways.ts'

type JsonObject = { [key: string]: Json }

/** Comparisons with a value of the entity's metadata or of the call's context, and what they compare with. */
const operators: Readonly<Record<string, 'any' | 'order' | 'list' | 'flag'>> = {
  ...{ eq: 'any', ne: 'any', gt: 'order', gte: 'order', lt: 'order', lte: 'order' },
  ...{ in: 'list', not_in: 'list', exists: 'flag' },
}

const rules = {
  any: 'a value of JSON',
  order: 'a number or a text',
  list: 'a list',
  flag: 'true or false',
} as const

/** What is enforced: who mistyped one of them sees it here. */
const FORMS = 'expression, field_required, requires_role, metadata.…, context.…'

/** Checks the conditions of a transition; those that nobody enforces are noted. */
export function checkConditions(
  transition: MachineTransition,
  pointer: string,
  problems: Problems,
): void {
  const { conditions } = transition
  const owner = `transition ${describeValue(nameOf(transition))}`
  const at = below(pointer, 'conditions')
  if (conditions === undefined || conditions === null) return
  if (typeof conditions === 'string') {
    checkExpression(conditions, at, `conditions of ${owner}`, problems)
    return
  }
  const free: string[] = []
  for (const [key, value] of Object.entries(conditions)) {
    const under = below(at, key)
    const isEnforced = checkOne(key, value, under, owner, problems)
    if (isEnforced !== true) free.push(...(isEnforced === false ? [key] : isEnforced))
  }
  if (free.length === 0) return
  const [be, they] = free.length === 1 ? ['is', 'it is'] : ['are', 'they are']
  const message = `${listWords(free, 'and')} in conditions of ${owner} ${be} free-form: ${they} stored and shown, and not enforced. For what must hold write a form that is known (${FORMS}).`
  problems.note('NOT_ENFORCED', at, message)
}

/** Whether it is enforced; of several comparisons the names of those that are not. */
function checkOne(
  key: string,
  value: Json,
  pointer: string,
  owner: string,
  problems: Problems,
): boolean | string[] {
  if (key === 'expression') {
    if (typeof value === 'string')
      checkExpression(value, pointer, `conditions.expression of ${owner}`, problems)
    else refuse(`conditions.expression of the ${owner}`, value, 'a text', pointer, problems)
    return true
  }
  if (key === 'field_required' || key === 'requires_role') {
    const isList = Array.isArray(value) && value.length > 0
    const all = isList ? (value as Json[]) : [value]
    if (!all.every((one) => typeof one === 'string' && one !== ''))
      refuse(
        `conditions.${key} of the ${owner}`,
        value,
        'a name, or a list of names',
        pointer,
        problems,
      )
    return true
  }
  if (/^(metadata|context)(\.|$)/.test(key) && !hasRoom(value, problems)) return true
  const isPath = /^(metadata|context)\../.test(key)
  if (isPath) return checkComparison(key, value, pointer, owner, problems)
  if ((key !== 'metadata' && key !== 'context') || !isObject(value)) return false
  return Object.entries(value).flatMap(([path, one]) => {
    const name = `${key}.${path}`
    return checkComparison(name, one, below(pointer, path), owner, problems) ? [] : [name]
  })
}

/** Whether the entries of all conditions are not too many to be looked at by the database in little time. */
function hasRoom(value: Json, problems: Problems): boolean {
  const before = problems.comparisons
  problems.comparisons += isObject(value) ? Object.keys(value).length : 1
  if (problems.comparisons <= MAX_MACHINE_COMPARISONS) return true
  if (before <= MAX_MACHINE_COMPARISONS) {
    const message = `The conditions have more than ${MAX_MACHINE_COMPARISONS} entries of metadata and context together. Say less, or make several machines.`
    problems.add('TOO_LARGE', '', message)
  }
  return false
}

/** Whether it is one: an object with a comparison in it. */
function checkComparison(
  path: string,
  value: Json,
  pointer: string,
  owner: string,
  problems: Problems,
): boolean {
  if (!isObject(value)) return false
  const known = Object.keys(operators)
  const entries = Object.entries(value)
  if (!entries.some(([name]) => known.includes(name))) return false
  for (const [name, wanted] of entries) {
    const takes = Object.hasOwn(operators, name) ? operators[name] : undefined
    const under = below(pointer, name)
    if (takes === undefined) {
      const message = `The comparison of ${path} in conditions of the ${owner} has ${describeValue(name)}, which is none.${problems.guess(name, known)} There are: ${known.join(', ')}.`
      problems.add('VALIDATION_ERROR', under, message)
    } else if (!isComparable(takes, wanted)) {
      const what = `${path}.${name} in conditions of the ${owner}`
      refuse(what, wanted, rules[takes], under, problems)
    }
  }
  return true
}

function isComparable(takes: keyof typeof rules, value: Json): boolean {
  switch (takes) {
    case 'order':
      return typeof value === 'number' || typeof value === 'string'
    case 'list':
      return Array.isArray(value)
    case 'flag':
      return typeof value === 'boolean'
    default:
      return true
  }
}

function refuse(what: string, value: Json, rule: string, pointer: string, problems: Problems) {
  const message = `${what} is ${describeValue(value)}, but must be ${rule}. Change it.`
  problems.add('VALIDATION_ERROR', pointer, message)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

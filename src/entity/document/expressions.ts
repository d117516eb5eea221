import { below } from '../../graph/document/pointer.ts'
import { type FoundTemplate, parseFound } from '../../graph/document/templates.ts'
import type { Expression } from '../../graph/expression/index.ts'
import { readTokens } from '../../graph/expression/lexer.ts'
import { childrenOf, type Node } from '../../graph/expression/syntax.ts'
import { MAX_MACHINE_EXPRESSION, MAX_MACHINE_EXPRESSIONS } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import type { Problems } from './problems.ts'

/** Filters that the database evaluates too. */
export const machineFilters = [
  ...['default', 'length', 'lower', 'upper', 'trim', 'int', 'float', 'string'],
  ...['first', 'last', 'abs', 'round', 'join'],
] as const

/** Tests that the database evaluates too. */
export const machineTests = [
  ...['defined', 'undefined', 'none', 'boolean', 'true', 'false'],
  ...['string', 'number', 'integer', 'float', 'mapping', 'sequence'],
] as const

/** What expressions of machines read. */
const scope: Readonly<Record<string, readonly string[] | null>> = {
  entity: ['machine', 'table', 'id', 'instance_id', 'state', 'metadata'],
  transition: ['name', 'from', 'to', 'by', 'notes', 'context'],
  metadata: null,
  context: null,
  call_metadata: null,
  by: null,
  roles: null,
  notes: null,
}

/** Levels within each other: the database reads one within the other. */
const MAX_LEVELS = 50
/** Expressions of one text. */
const MAX_IN_TEXT = 200
/** What an expression counts as at least, of MAX_MACHINE_EXPRESSIONS. */
const LEAST_COUNTED = 20

/** Checks one expression, without braces or within them. @param where in words, as messages name it */
export function checkExpression(
  text: string,
  pointer: string,
  where: string,
  problems: Problems,
): void {
  if (!hasRoom(text, problems)) return
  const found = parseFound(text, pointer, true, where, problems.list)
  if (!found) return
  const [part] = found.template.parts
  if (found.template.parts.length !== 1 || part === undefined || typeof part === 'string') {
    const message = `The condition in ${where} must be one expression, such as "metadata.amount < 1000", and is ${describeValue(text)}. Leave the text around it out.`
    problems.add('EXPRESSION_ERROR', pointer, message, { offset: 0 })
    return
  }
  checkParts(found, where, problems)
}

/** Checks every text with `{{ }}` of a value. */
export function checkTemplates(
  value: unknown,
  pointer: string,
  where: string,
  problems: Problems,
): void {
  if (typeof value === 'string') {
    if (!value.includes('{{') || !hasRoom(value, problems)) return
    if ((value.match(/\{[{#]/g)?.length ?? 0) > MAX_IN_TEXT) {
      const message = `The text in ${where} has more than ${MAX_IN_TEXT} expressions. Make several of it.`
      problems.add('EXPRESSION_ERROR', pointer, message, { offset: 0 })
      return
    }
    const found = parseFound(value, pointer, false, where, problems.list)
    if (found) checkParts(found, where, problems)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      checkTemplates(item, below(pointer, key), where, problems)
  }
}

/** Whether the expressions of a document are not too many to be read by the database in little time. */
function hasRoom(text: string, problems: Problems): boolean {
  const before = problems.expressions
  const count = Math.max(text.split('{{').length - 1, 1)
  problems.expressions += Math.max(text.length, count * LEAST_COUNTED)
  if (problems.expressions <= MAX_MACHINE_EXPRESSIONS) return true
  if (before <= MAX_MACHINE_EXPRESSIONS) {
    const message = `The expressions have more than ${MAX_MACHINE_EXPRESSIONS} characters together, each counted as ${LEAST_COUNTED} at least. Say less, or make several machines.`
    problems.add('TOO_LARGE', '', message)
  }
  return false
}

function checkParts(found: FoundTemplate, where: string, problems: Problems): void {
  const { template, references, pointer, text } = found
  // an expression without braces was read as if it had them
  const shift = template.text === text ? 0 : template.text.indexOf(text)
  const refuse = (offset: number, what: string) => {
    const at = Math.max(offset - shift, 0)
    const message = `The expression in ${where}, at character ${at + 1}, ${what}`
    problems.add('EXPRESSION_ERROR', pointer, message, { offset: at })
  }
  for (const part of template.parts) {
    if (typeof part === 'string') continue
    for (const { offset, what } of beyondMachines(part)) refuse(offset, what)
  }
  for (const { path, offset } of references) {
    const [name, field] = path as [string, string | number | undefined]
    const fields = Object.hasOwn(scope, name) ? scope[name] : undefined
    if (fields === undefined) {
      const known = Object.keys(scope)
      refuse(offset, unknown(`reads ${describeValue(name)}`, name, known, problems))
    } else if (fields !== null && typeof field === 'string' && !fields.includes(field)) {
      refuse(offset, unknown(`reads "${name}.${field}"`, field, fields, problems))
    }
  }
}

function unknown(what: string, name: string, known: readonly string[], problems: Problems): string {
  return `${what}, which is not there.${problems.guess(name, known)} There are: ${known.join(', ')}.`
}

/** What machines do not evaluate, as the rest of a sentence, and where. */
type Beyond = { readonly offset: number; readonly what: string }

/**
 * What of an expression machines do not evaluate. A transition is judged by the database, which knows a part of the
 * language.
 */
export function beyondMachines({ text, root }: Expression): Beyond[] {
  const { start, end, height } = root
  if (end - start > MAX_MACHINE_EXPRESSION) {
    const what = `has more than ${MAX_MACHINE_EXPRESSION} characters. Say it in fewer, or in the application.`
    return [{ offset: start, what }]
  }
  if (height > MAX_LEVELS || bracketLevels(text.slice(start, end)) > MAX_LEVELS) {
    const what = `has more than ${MAX_LEVELS} levels. Make it flatter.`
    return [{ offset: start, what }]
  }
  const found: Beyond[] = []
  const open = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    const what = problemOf(node)
    if (what !== null) found.push({ offset: node.start, what })
    open.push(...childrenOf(node))
  }
  return found
}

function bracketLevels(text: string): number {
  let [level, most] = [0, 0]
  for (const { kind, value } of readTokens(text, 0, false)) {
    if (kind !== 'operator') continue
    if (value === '(' || value === '[') level++
    if (value === ')' || value === ']') level--
    most = Math.max(most, level)
  }
  return most
}

function problemOf(node: Node): string | null {
  const more = 'which machines do not evaluate'
  switch (node.kind) {
    case 'literal': {
      const isKept = typeof node.value !== 'string' || !/\0|\p{Surrogate}/u.test(node.value)
      return isKept ? null : 'has a text with NUL or half of a surrogate pair. Leave it out.'
    }
    case 'name':
    case 'attribute': {
      if (/^[\w]+$/.test(node.name)) return null
      const remedy = node.kind === 'name' ? '' : ` Write ["${node.name}"].`
      return `has the name ${describeValue(node.name)}, and names may have letters from a to z, digits and "_".${remedy}`
    }
    case 'tuple':
      return `is a tuple, ${more}. Write a list: [1, 2].`
    case 'dict':
      return `is a mapping, ${more}. Read what the entity or the call has.`
    case 'slice':
      return `is a slice, ${more}. Read one item by its index.`
    case 'binary':
      return node.operator === '**' ? `has "**", ${more}. Multiply.` : null
    case 'filter':
      return (machineFilters as readonly string[]).includes(node.name)
        ? null
        : `has the filter "${node.name}", ${more}. There are: ${machineFilters.join(', ')}.`
    case 'test':
      return (machineTests as readonly string[]).includes(node.name)
        ? null
        : `has the test "${node.name}", ${more}. There are: ${machineTests.join(', ')}.`
    default:
      return null
  }
}

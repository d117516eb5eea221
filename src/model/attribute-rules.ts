import { InvalidInputError } from './errors.ts'
import { parseInstant } from './instant.ts'
import type { Json } from './json.ts'
import { MAX_ATTRIBUTE_TEXT, MAX_ATTRIBUTES } from './limits.ts'
import { checkName } from './names.ts'
import { checkOptionNames } from './options.ts'
import { checkPath } from './path.ts'
import { describeValue } from './text.ts'

/** What the values of an attribute are, and compare as. An instant is a text of ISO 8601, as a Date becomes in JSON. */
export type AttributeType = 'text' | 'number' | 'boolean' | 'instant'

/**
 * An attribute of a workflow as it is written: where in the input it is, if it is filled from there, and of what
 * type; a path alone takes texts, numbers and booleans, each compared with its like.
 */
export type AttributeOption<P extends string = string> = P | { path?: P; type?: AttributeType }

/** Attributes as the kernel keeps them, by name. */
export type AttributeRules = {
  readonly [name: string]: { readonly path?: string; readonly type?: AttributeType }
}

const types: readonly AttributeType[] = ['text', 'number', 'boolean', 'instant']

/**
 * The attributes of a workflow in the kernel's form; an empty object for none.
 * @throws InvalidInputError that names the attribute and the rule
 * @example parseAttributes({ customer: 'customer.id', due: { path: 'due', type: 'instant' } })
 */
export function parseAttributes(attributes: Record<string, AttributeOption> = {}): AttributeRules {
  const entries = Object.entries(attributes)
  if (entries.length > MAX_ATTRIBUTES)
    throw new InvalidInputError(
      `${entries.length} attributes are over the limit of ${MAX_ATTRIBUTES} for one workflow.`,
    )
  return Object.fromEntries(entries.map(([name, option]) => [name, parseOne(name, option)]))
}

function parseOne(name: string, option: AttributeOption): AttributeRules[string] {
  checkName('attribute', name)
  const what = `attribute "${name}"`
  const rule = typeof option === 'string' ? { path: option } : option
  checkOptionNames(what, rule, { path: true, type: true })
  const { path, type } = rule
  if (path !== undefined) checkPath(`The path of ${what}`, path)
  if (type !== undefined && !types.includes(type))
    throw new InvalidInputError(
      `The type of ${what} is ${describeValue(type)}; it must be one of ${types.join(', ')}.`,
    )
  return { ...(path === undefined ? {} : { path }), ...(type === undefined ? {} : { type }) }
}

/**
 * Refuses a value that a declared attribute does not take; null takes the attribute away. What SQL does as
 * attribute_key.
 * @throws InvalidInputError that names the attribute, its type, and those that are declared
 */
export function checkAttribute(rules: AttributeRules, name: string, value: Json | undefined): void {
  if (value === undefined || value === null || !Object.hasOwn(rules, name)) return
  const { type } = rules[name] as AttributeRules[string]
  if (isOfType(type, value)) return
  const more =
    type === 'text'
      ? `, of at most ${MAX_ATTRIBUTE_TEXT} characters`
      : type === 'instant'
        ? ', like "2027-03-01T09:00:00Z"'
        : ''
  throw new InvalidInputError(
    `Attribute "${name}" was given ${describeValue(value)}: it is declared as ${typeWords(type)}${more}. Declared are: ${listAttributes(rules)}.`,
    { details: { attribute: name } },
  )
}

function isOfType(type: AttributeType | undefined, value: Json): boolean {
  if (type === 'instant') return typeof value === 'string' && isInstant(value)
  if (type === 'number' || type === 'boolean') return typeof value === type
  const isText = typeof value === 'string' && value.length <= MAX_ATTRIBUTE_TEXT
  return isText || (type === undefined && (typeof value === 'number' || typeof value === 'boolean'))
}

function isInstant(text: string): boolean {
  try {
    return parseInstant(text) instanceof Date
  } catch {
    return false
  }
}

function typeWords(type: AttributeType | undefined): string {
  return type ?? 'text, number or boolean'
}

function listAttributes(rules: AttributeRules): string {
  const all = Object.entries(rules).map(([name, { type }]) => `${name} (${typeWords(type)})`)
  return all.join(', ')
}

import { describeValue } from '../../model/text.ts'
import { jsonTypeOf } from './field-kinds.ts'
import { LinearPattern, PatternProblem } from './linear-pattern.ts'
import { below, stepsOf } from './pointer.ts'

/** What is wrong within a JSON Schema. @param pointer from the schema's root */
export type RefuseSchema = (pointer: string, problem: string) => void

type SchemaObject = Readonly<Record<string, unknown>>

/** Keywords whose values hold schemas: by name, in a list, or one. */
const byName = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies']
const definitions = ['$defs', 'definitions']
const inList = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']
const single = [
  ...['items', 'additionalItems', 'unevaluatedItems', 'contains', 'not', 'if', 'then', 'else'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
]

const refused: Readonly<Record<string, string>> = {
  $dynamicRef: 'may lead anywhere; write $ref',
  $recursiveRef: 'may lead anywhere; write $ref',
  $anchor: 'is a name for $ref; use the path, like "#/$defs/address"',
  $dynamicAnchor: 'is a name for $dynamicRef, which is not read',
  $async: 'is no JSON Schema',
  $data: 'is no JSON Schema',
}

/**
 * Rules that make the check of a value cost no more than its size times that of the schema: no $ref to other
 * documents, none that comes back to itself, regular expressions that are matched in linear time, and
 * uniqueItems of few items.
 * @returns how many schemas it stands for
 */
export function checkSchemaRules(schema: SchemaObject, refuse: RefuseSchema): number {
  const walk = new SchemaWalk(schema, refuse)
  walk.check(schema, '')
  return walk.measure()
}

class SchemaWalk {
  readonly #root: SchemaObject
  readonly #refuse: RefuseSchema
  readonly #costs = new Map<object, number | null>()

  constructor(root: SchemaObject, refuse: RefuseSchema) {
    this.#root = root
    this.#refuse = refuse
  }

  /** Looks at every schema once, those that nothing refers to included. */
  check(schema: unknown, pointer: string): void {
    if (!isObject(schema)) return
    for (const [name, problem] of Object.entries(refused))
      if (Object.hasOwn(schema, name))
        this.#refuse(below(pointer, name), `has ${name}, which ${problem}`)
    if (Object.hasOwn(schema, '$id') && pointer !== '')
      this.#refuse(
        below(pointer, '$id'),
        'has $id within it, which changes where $ref leads. Leave it out',
      )
    this.#checkPatterns(schema, pointer)
    this.#checkUnique(schema, pointer)
    if (Object.hasOwn(schema, '$ref')) this.#target(schema.$ref, below(pointer, '$ref'))
    for (const [part, at] of partsOf(schema, [...byName, ...definitions]))
      this.check(part, pointer + at)
  }

  /** The schemas in it, with each $ref in its place. */
  measure(): number {
    return this.#cost(this.#root, '')
  }

  #cost(schema: unknown, pointer: string): number {
    if (!isObject(schema)) return 1
    const known = this.#costs.get(schema)
    if (known !== undefined) {
      if (known === null)
        this.#refuse(pointer, 'refers to itself. Write out as many levels as are needed')
      return known ?? 0
    }
    this.#costs.set(schema, null)
    let cost = 1
    for (const [part, at] of partsOf(schema, byName)) cost += this.#cost(part, pointer + at)
    const target = Object.hasOwn(schema, '$ref') ? this.#target(schema.$ref, null) : undefined
    if (target !== undefined) cost += this.#cost(target, below(pointer, '$ref'))
    this.#costs.set(schema, cost)
    return cost
  }

  /** What a $ref leads to. @param pointer where to say that it leads nowhere; null: it has been said */
  #target(ref: unknown, pointer: string | null): unknown {
    const shown = describeValue(ref)
    if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref)) {
      if (pointer !== null)
        this.#refuse(
          pointer,
          `has the $ref ${shown}; it may lead within this schema only, like "#/$defs/address"`,
        )
      return undefined
    }
    let found: unknown = this.#root
    for (const step of stepsOf(decode(ref.slice(1)))) {
      const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, step)
      found = isThere ? (found as SchemaObject)[step] : undefined
    }
    if (found === undefined && pointer !== null)
      this.#refuse(pointer, `has the $ref ${shown}, where nothing is. Correct the path`)
    return found
  }

  #checkPatterns(schema: SchemaObject, pointer: string): void {
    const { pattern, patternProperties } = schema
    const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
    const all: [unknown, string][] = patterns.map((one) => [
      one,
      below(below(pointer, 'patternProperties'), one),
    ])
    if (pattern !== undefined) all.push([pattern, below(pointer, 'pattern')])
    for (const [one, at] of all) {
      try {
        if (typeof one === 'string') new LinearPattern(one)
      } catch (error) {
        if (!(error instanceof PatternProblem)) throw error
        this.#refuse(
          at,
          `has the pattern ${describeValue(one)}, which ${error.message}. Write a simpler one`,
        )
      }
    }
  }

  /** Objects are compared each with each. */
  #checkUnique({ uniqueItems, maxItems }: SchemaObject, pointer: string): void {
    if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= 1000))
      this.#refuse(
        below(pointer, 'uniqueItems'),
        'has uniqueItems without maxItems of at most 1000. Add it',
      )
  }
}

function* partsOf(schema: SchemaObject, named: readonly string[]): Generator<[unknown, string]> {
  for (const name of named) {
    const value = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (!isObject(value)) continue
    for (const [key, part] of Object.entries(value)) yield [part, below(below('', name), key)]
  }
  for (const name of inList) {
    const value = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (!Array.isArray(value)) continue
    for (const [i, part] of value.entries()) yield [part, below(below('', name), i)]
  }
  for (const name of single) {
    const value = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (isObject(value)) yield [value, below('', name)]
  }
}

function isObject(value: unknown): value is SchemaObject {
  return jsonTypeOf(value) === 'object' && value !== undefined
}

function decode(pointer: string): string {
  try {
    return decodeURIComponent(pointer)
  } catch {
    return pointer
  }
}

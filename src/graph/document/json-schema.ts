import { Ajv, type AnySchema, type ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Json } from '../../model/json.ts'
import { MAX_SCHEMA_BYTES, MAX_SCHEMAS_BYTES, MAX_SUBSCHEMAS } from '../../model/limits.ts'
import type { Schema } from '../../model/schema.ts'
import { describeValue } from '../../model/text.ts'
import type { IssueList } from './issue-list.ts'
import { checkSchemaRules, type RefuseSchema } from './json-schema-rules.ts'
import { LinearPattern } from './linear-pattern.ts'
import { stepsOf } from './pointer.ts'

const newPattern = Object.assign((pattern: string) => new LinearPattern(pattern), {
  code: 'new LinearPattern',
})

const options = {
  strict: false, // annotations of others, such as example
  allErrors: false,
  validateFormats: false,
  addUsedSchema: false,
  logger: false,
  code: { regExp: newPattern },
} as const

const readers = new Map<string, Ajv>()

/** The reader of a dialect, made when it is first needed; null for one that is not read. */
function readerOf(schema: Json): Ajv | null {
  const isObject = typeof schema === 'object' && schema !== null && !Array.isArray(schema)
  const named = isObject ? schema.$schema : undefined
  if (named === undefined) return reader('2020-12', () => new Ajv2020(options) as unknown as Ajv)
  const found = /^https?:\/\/json-schema\.org\/draft[/-](2020-12|07)\/schema#?$/.exec(String(named))
  if (!found) return null
  return found[1] === '07' ? reader('07', () => new Ajv(options)) : readerOf(true)
}

function reader(dialect: string, make: () => Ajv): Ajv {
  const known = readers.get(dialect) ?? make()
  readers.set(dialect, known)
  return known
}

/** Compiling one costs as much as this many schemas within it. */
const WHOLE = 5

/** Checks the JSON Schemas of one document: what they say, and that compiling and using them is bounded. */
export class SchemaCheck {
  readonly #issues: IssueList
  readonly #fine = new Set<string>()
  #bytes = 0
  #schemas = 0

  constructor(issues: IssueList) {
    this.#issues = issues
  }

  /** @param where as messages name it: 'input_schema of document' */
  check(schema: unknown, pointer: string, where: string): void {
    const text = JSON.stringify(schema)
    if (typeof schema === 'boolean' || this.#fine.has(text)) return
    let isFine = true
    const refuse = (at: string, problem: string) => {
      isFine = false
      const message = `The JSON Schema in ${where} ${problem}.`
      this.#issues.add('VALIDATION_ERROR', pointer + at, message)
    }
    this.#bytes += Buffer.byteLength(text)
    if (text.length > MAX_SCHEMA_BYTES)
      return refuse('', `takes more than ${MAX_SCHEMA_BYTES} bytes. Say less`)
    if (this.#bytes > MAX_SCHEMAS_BYTES)
      return refuse('', `is too much: all of the document take over ${MAX_SCHEMAS_BYTES} bytes`)
    const ajv = readerOf(schema as Json)
    if (!ajv) {
      const shown = describeValue((schema as { $schema: unknown }).$schema)
      const remedy = 'read are 2020-12 and draft-07. Leave $schema out for 2020-12'
      return refuse('/$schema', `is of ${shown}; ${remedy}`)
    }
    this.#schemas += WHOLE + checkSchemaRules(schema as Record<string, unknown>, refuse)
    if (isFine && this.#schemas > MAX_SUBSCHEMAS)
      refuse(
        '',
        `is too much: all of the document stand for more than ${MAX_SUBSCHEMAS} schemas, with each $ref in its place. Say less`,
      )
    if (isFine) tryOut(ajv, schema as AnySchema, refuse)
    if (isFine) this.#fine.add(text)
  }
}

function tryOut(ajv: Ajv, schema: AnySchema, refuse: RefuseSchema): void {
  try {
    if (ajv.validateSchema(schema) === true) {
      compile(ajv, schema)
      return
    }
    // of several ways in which a value may be right, each says why it is not: the first is enough
    const byPlace = new Map((ajv.errors ?? []).reverse().map((one) => [one.instancePath, one]))
    for (const [place, error] of [...byPlace].slice(0, 5))
      refuse(place, `is not one: ${place || 'it'} ${toIssue(error).message}. Change it`)
  } catch (error) {
    const isDeep = error instanceof RangeError
    const problem = isDeep
      ? 'is too large for one: a thousand properties of one object are fine'
      : `cannot be read: ${(error as Error).message}. Change it`
    refuse('', problem)
  }
}

function compile(ajv: Ajv, schema: AnySchema) {
  try {
    return ajv.compile(schema)
  } finally {
    // it keeps all that it has ever seen
    if (typeof schema === 'object') ajv.removeSchema(schema)
  }
}

/**
 * A JSON Schema as a Standard Schema, for `inputSchema` of a definition. Told is the first problem of a value.
 * @param schema one that `validateGraph` has let through
 * @example validate(toSchema({ type: 'object', required: ['id'] }), {}, 'the input')
 */
export function toSchema(schema: Json): Schema {
  const ajv = readerOf(schema)
  if (!ajv) throw new TypeError('The JSON Schema is of a dialect that is not read.')
  const check = compile(ajv, structuredClone(schema) as AnySchema)
  return {
    '~standard': {
      version: 1,
      vendor: 'millrace',
      validate: (value) => {
        if (check(value)) return { value }
        return { issues: (check.errors ?? []).map((error) => toIssue(error, value)) }
      },
    },
  }
}

function toIssue({ instancePath, message, params }: ErrorObject, value?: unknown) {
  const allowed = Array.isArray(params.allowedValues)
    ? `: ${JSON.stringify(params.allowedValues)}`
    : ''
  return { message: `${message}${allowed}`, path: pathIn(value, stepsOf(instancePath)) }
}

/** A JSON pointer does not tell items of lists from keys; the value that it points into does. */
function pathIn(value: unknown, steps: readonly string[]): (string | number)[] {
  let at = value
  return steps.map((step) => {
    const key = Array.isArray(at) ? Number(step) : step
    at = (at as Record<string | number, unknown> | null | undefined)?.[key]
    return key
  })
}

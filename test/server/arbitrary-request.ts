import fc, { type Arbitrary } from 'fast-check'
import type { ApiDocument } from '../../src/server/docs-page.ts'
import type { SchemaObject } from '../../src/server/schema-text.ts'

/** A schema with what the text of it leaves out. */
type Schema = SchemaObject & {
  minLength?: number
  pattern?: string
  minItems?: number
  maxItems?: number
}

/** Values that exist, by the name of the field or parameter. */
export type Known = Readonly<Record<string, readonly string[]>>

export type Operation = ApiDocument['paths'][string][string]

/** A request, as it is sent. */
export type Request = {
  readonly path: string
  readonly query: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** Texts that are hard to store, to log, or to put into an address. */
const odd = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '💥',
  "'; drop table runs; --",
  '../..',
  '%00',
  'a'.repeat(300),
  'null',
  '-1',
  '__proto__',
]
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b-1', 'Some text', 'x_y') },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(...odd) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)

/** Makes requests of an operation from the document. */
export class RequestMaker {
  readonly #document: ApiDocument
  readonly #known: Known

  constructor(document: ApiDocument, known: Known) {
    this.#document = document
    this.#known = known
  }

  /** Requests that fit the document. What they name may exist or not. */
  valid(path: string, operation: Operation): Arbitrary<Request> {
    const { parameters = [], requestBody } = operation
    const parts = parameters.map(({ name, in: place, required = false, schema }) => ({
      ...{ name, place, required: required || place === 'path' },
      values: this.#named(
        name,
        schema as Schema,
        0,
        place === 'path' ? path.split('/')[2] : undefined,
      ),
    }))
    const body = requestBody && Object.values(requestBody.content)[0]?.schema
    return fc
      .record({
        values: fc.tuple(
          ...parts.map(({ values, required }) =>
            required ? values : fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, values),
          ),
        ),
        body: body ? this.of(body as Schema) : fc.constant(undefined),
      })
      .map(({ values, body: given }) => assemble(path, parts, values, given))
  }

  /** Values that fit a schema. */
  of(schema: Schema, depth = 0): Arbitrary<unknown> {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1) as string
      if (name === 'Duration')
        return fc.constantFrom<unknown>('1 s', 50, '10 minutes', 'soon', -1, 0, 1e300)
      return this.of(this.#document.components?.schemas?.[name] as Schema, depth)
    }
    const several = schema.anyOf ?? schema.oneOf
    if (several) return fc.oneof(...several.map((one) => this.of(one as Schema, depth)))
    if (schema.enum) return fc.constantFrom(...schema.enum)
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.type === undefined) return fc.jsonValue({ maxDepth: 2 })
    return fc.oneof(...[schema.type].flat().map((type) => this.#typed(type, schema, depth)))
  }

  #typed(type: string, schema: Schema, depth: number): Arbitrary<unknown> {
    if (type === 'null') return fc.constant(null)
    if (type === 'boolean') return fc.boolean()
    if (type === 'integer' || type === 'number') {
      const { minimum = -5, maximum = 2000 } = schema
      return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 40) })
    }
    if (type === 'string') return textOf(schema)
    if (type === 'array')
      return fc.array(this.of((schema.items ?? {}) as Schema, depth + 1), {
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      })
    return this.#object(schema, depth)
  }

  #object(schema: Schema, depth: number): Arbitrary<unknown> {
    const { properties, required = [], additionalProperties } = schema
    if (!properties) {
      const values =
        typeof additionalProperties === 'object' ? (additionalProperties as Schema) : {}
      return fc.dictionary(fc.string({ maxLength: 8 }), this.of(values, depth + 1), { maxKeys: 3 })
    }
    const fields = Object.entries(properties).map(([name, one]) => [
      name,
      this.#named(name, one as Schema, depth + 1),
    ])
    const all = Object.fromEntries(fields) as Record<string, Arbitrary<unknown>>
    const must = Object.fromEntries(Object.entries(all).filter(([name]) => required.includes(name)))
    // most fields go wrong for most values: few at once, or nothing ever goes right
    const may = Object.keys(all).filter((name) => !required.includes(name))
    const few = fc
      .shuffledSubarray(may)
      .map((names) => names.slice(0, 2))
      .chain((names) =>
        fc.record({
          ...must,
          ...Object.fromEntries(names.map((name) => [name, all[name]])),
        } as typeof all),
      )
    return fc.oneof(
      { weight: 2, arbitrary: fc.record(must) },
      { weight: 3, arbitrary: few },
      fc.record(all, { requiredKeys: [...required] }),
    )
  }

  /** What exists, more often than not. */
  #named(name: string, schema: Schema, depth: number, place?: string): Arbitrary<unknown> {
    // waits take time, and other tests look at them
    if (name === 'idempotency-key') return fc.uuid()
    if (name === 'wait') return fc.constantFrom('1ms', '5ms', 'x', '0', '2m')
    const known = this.#known[place === undefined ? name : `${place}.${name}`] ?? this.#known[name]
    const own = this.of(schema, depth)
    if (!known) return own
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...known) },
      { weight: 1, arbitrary: own },
    )
  }
}

function textOf({ format, minLength = 0, maxLength = 40, pattern }: Schema): Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time')
    return fc.oneof(
      fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map((date) => date.toISOString()),
      text,
    )
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return text.filter((value) => value.length >= minLength && value.length <= maxLength)
}

type Part = { name: string; place: string }

function assemble(
  path: string,
  parts: readonly Part[],
  values: readonly unknown[],
  body: unknown,
): Request {
  const given = parts.map((part, i) => ({ ...part, value: values[i] }))
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  let address = path
  for (const { name, place, value } of given) {
    if (value === undefined) continue
    // a lone surrogate stands in no address; an empty part of one is another address
    if (place === 'path')
      address = address.replace(`{${name}}`, encodeURIComponent(toText(value) || '-'))
    else if (place === 'query') for (const one of [value].flat()) query.append(name, toText(one))
    else headers[name] = toText(value).replace(/[^\x21-\x7e]/g, '') || 'k'
  }
  return {
    path: address,
    query: query.toString(),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}

function toText(value: unknown): string {
  return Buffer.from(String(value)).toString()
}

/** What is wrong in a request, and cannot be right in any: each must be answered with a 4xx. */
export function spoil(request: Request, operation: Operation): Arbitrary<Request> {
  const { requestBody } = operation
  const ways: Request[] = [{ ...request, query: `${request.query}&unknown_parameter=1` }].filter(
    // what the Workflow Automation Engine does not know it does not look at
    () =>
      !operation.tags?.includes('compat') &&
      (operation.parameters ?? []).some((one) => one.in === 'query'),
  )
  if (requestBody) {
    const text = request.body ?? '{}'
    ways.push(
      { ...request, body: `${text.slice(0, -1)}` },
      { ...request, body: '[1]' },
      { ...request, body: '"text"' },
      { ...request, body: 'null' },
      { ...request, body: text.replace(/^\{/, `{"unknown_field":1${text === '{}' ? '' : ','}`) },
      { ...request, body: text, headers: { ...request.headers, 'content-type': 'text/plain' } },
      { ...request, body: `"${'x'.repeat(1_100_000)}"` },
    )
    if (requestBody.required) ways.push({ ...request, body: undefined })
  }
  return fc.constantFrom(
    ...(ways.length > 0 ? ways : [{ ...request, path: `${request.path}/none` }]),
  )
}

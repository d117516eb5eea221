import type { ZodType } from 'zod'
import { listWords } from '../model/text.ts'

/**
 * What is said of keys that nobody reads.
 * @param known those that there are
 * @example describeUnknown(['stat'], ['status', 'tag']) // 'Nobody reads "stat". There are: status, tag.'
 */
export function describeUnknown(keys: readonly string[], known: readonly string[]): string {
  const there = known.length === 0 ? 'There are none' : `There are: ${known.join(', ')}`
  return `Nobody reads ${listWords(keys, 'and')}. ${there}.`
}

/**
 * The keys of the object that a schema takes at a path: what the issue of an unknown key does not tell. Undefined where
 * there is no such object, or where its schema has words of its own for its issues.
 */
export function keysAt(schema: ZodType, path: readonly PropertyKey[]): string[] | undefined {
  const found = path.reduce<Definition[]>(
    (schemas, key) => schemas.flatMap((one) => partsOf(one, key)),
    unwrap(schema as Schema),
  )
  const object = found.find(({ type }) => type === 'object')
  return object?.shape === undefined || object.error !== undefined
    ? undefined
    : Object.keys(object.shape)
}

type Schema = { readonly def: Definition }
/** What a schema of zod says of itself, as far as it is looked at here. */
type Definition = {
  readonly type: string
  readonly error?: unknown
  readonly shape?: Readonly<Record<string, Schema>>
  readonly element?: Schema
  readonly valueType?: Schema
  readonly options?: readonly Schema[]
  readonly innerType?: Schema
  readonly in?: Schema
}

/** What stands behind optionals, defaults and transforms; of a union each of its members. */
function unwrap(schema: Schema | undefined): Definition[] {
  if (schema === undefined) return []
  const { options, innerType, in: taken } = schema.def
  if (options !== undefined) return options.flatMap(unwrap)
  const inner = innerType ?? taken
  return inner === undefined ? [schema.def] : unwrap(inner)
}

function partsOf({ shape, element, valueType }: Definition, key: PropertyKey): Definition[] {
  const own = shape !== undefined && Object.hasOwn(shape, key) ? shape[String(key)] : undefined
  return unwrap(own ?? element ?? valueType)
}

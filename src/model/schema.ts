import type { StandardSchemaV1 } from '@standard-schema/spec'
import { InvalidInputError, type Issue } from './engine-errors.ts'
import { formatPath } from './json-path.ts'
import { capitalise } from './text.ts'

/** A schema of any library that follows Standard Schema: zod, valibot, arktype. */
// biome-ignore lint/suspicious/noExplicitAny: a bound; unknown would refuse all schemas.
export type Schema<I = any, O = I> = StandardSchemaV1<I, O>
/** What a caller gives to a schema. */
export type SchemaIn<S extends Schema> = StandardSchemaV1.InferInput<S>
/** What a handler gets from a schema, defaults and transforms applied. */
export type SchemaOut<S extends Schema> = StandardSchemaV1.InferOutput<S>
/** pg-workflows' name for Schema. */
export type InputParameters = Schema
/** pg-workflows' name for SchemaOut. */
export type InferInputParameters<S extends Schema> = SchemaOut<S>

/** Issues that the message itself lists; all are in `issues`. */
const SHOWN_ISSUES = 3

/**
 * The output of a schema for a value: at once where the schema is synchronous, else a promise.
 * @param what as the error begins: `'the input of workflow "order"'`
 * @throws InvalidInputError with `issues`, each of a message and a path; also as a rejection.
 * @example await validate(z.object({ n: z.number() }), { n: 1 }, 'the input') // { n: 1 }
 */
export function validate<S extends Schema>(
  schema: S,
  value: unknown,
  what: string,
): SchemaOut<S> | Promise<SchemaOut<S>> {
  const result = call(schema, value, what)
  // Not by instanceof: a promise of another realm would pass as an answer without issues.
  if (!('then' in result)) return unwrap(result, what)
  return Promise.resolve(result).then(
    (settled) => unwrap(settled, what),
    (cause) => refuseBroken(what, cause),
  )
}

function call(schema: Schema, value: unknown, what: string) {
  try {
    return schema['~standard'].validate(value)
  } catch (cause) {
    return refuseBroken(what, cause)
  }
}

function unwrap<T>(result: StandardSchemaV1.Result<T>, what: string): T {
  if (!result.issues) return result.value
  const issues = result.issues.map(toIssue)
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => `${formatPath(path)}: ${message}`)
  const rest = issues.length - shown.length
  const more = rest > 0 ? `; and ${rest} more` : ''
  throw new InvalidInputError(
    `${capitalise(what)} does not fit its schema. ${shown.join('; ')}${more}`,
    {
      issues,
    },
  )
}

function toIssue({ message, path = [] }: StandardSchemaV1.Issue) {
  // Spread, because arktype's path is a subclass of Array.
  const keys = [...path].map((step) => (typeof step === 'object' ? step.key : step))
  const steps = keys.map((key) => (typeof key === 'number' ? key : String(key)))
  return { message, path: steps } satisfies Issue
}

/** A schema gives issues; one that throws is itself at fault. */
function refuseBroken(what: string, cause: unknown): never {
  const rule = 'It must be a Standard Schema, and return its issues.'
  const message = `${capitalise(what)} cannot be checked: its schema threw. ${rule}`
  throw new InvalidInputError(message, { cause })
}

/** A rule for a text: what it must look like, and how one says so. */
export type TextForm = {
  /** Anchored; also the `pattern` of the JSON Schema. */
  readonly pattern: string
  /** As a sentence goes on after 'must be'. */
  readonly rule: string
}

/**
 * What a field may hold. One description serves the check of documents, the published JSON Schema, the
 * tables of the documentation, and the search for templates.
 */
export type Kind =
  | { readonly is: 'text'; readonly form?: TextForm; readonly most?: number }
  /** Text with `{{ expressions }}`. */
  | { readonly is: 'template'; readonly most: number; readonly form?: TextForm }
  /** An expression, in braces or without. */
  | { readonly is: 'expression' }
  /** JSON whose texts are templates. */
  | { readonly is: 'values' }
  /** JSON as it is. */
  | { readonly is: 'json' }
  | { readonly is: 'schema' }
  | {
      readonly is: 'number'
      readonly least?: number
      readonly above?: number
      readonly most: number
    }
  | { readonly is: 'whole'; readonly least: number; readonly most: number }
  /** Seconds, or a text like '5 minutes'. */
  | { readonly is: 'duration' }
  | { readonly is: 'flag' }
  | { readonly is: 'choice'; readonly of: readonly string[]; readonly anyCase?: true }
  | { readonly is: 'list'; readonly of: Kind; readonly least?: number; readonly most?: number }
  | { readonly is: 'record'; readonly of: Kind; readonly keys?: TextForm; readonly least?: number }
  | { readonly is: 'nodes' }
  | { readonly is: 'fields'; readonly fields: Fields }
  /** By the type that the value has in JSON. */
  | { readonly is: 'either'; readonly of: readonly Kind[] }

export type Field = {
  readonly kind: Kind
  readonly required?: true
  /** Taken, and left out of the normal form: nothing depends on it. */
  readonly ignored?: true
  /** For people: what it is, its unit, its default. No full stop. */
  readonly about: string
}

export type Fields = { readonly [name: string]: Field }

export type JsonType = 'text' | 'number' | 'flag' | 'null' | 'list' | 'object'

/** The type that a value has in JSON. */
export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'flag'
    default:
      return value === undefined ? 'null' : 'object'
  }
}

const anything: readonly JsonType[] = ['text', 'number', 'flag', 'null', 'list', 'object']

/** The types in JSON that a kind may have. */
export function typesOf(kind: Kind): readonly JsonType[] {
  switch (kind.is) {
    case 'text':
    case 'template':
    case 'expression':
    case 'choice':
      return ['text']
    case 'number':
    case 'whole':
      return ['number']
    case 'duration':
      return ['number', 'text']
    case 'flag':
      return ['flag']
    case 'list':
    case 'nodes':
      return ['list']
    case 'record':
    case 'fields':
      return ['object']
    case 'schema':
      return ['object', 'flag']
    case 'either':
      return kind.of.flatMap(typesOf)
    default:
      return anything
  }
}

/** What a kind may be, as a sentence goes on after 'must be'. */
export function ruleOf(kind: Kind): string {
  switch (kind.is) {
    case 'text':
      return kind.form?.rule ?? `a text of at most ${kind.most ?? 1000} characters`
    case 'template':
      return `${kind.form?.rule ?? 'a text'} of at most ${kind.most} characters, which may hold {{ expressions }}`
    case 'expression':
      return 'a text with an expression, such as "{{ trigger.data.amount > 100 }}"'
    case 'schema':
      return 'a JSON Schema: an object, true or false'
    case 'number':
      return kind.above === undefined
        ? `a number from ${kind.least} to ${kind.most}`
        : `a number above ${kind.above} and of at most ${kind.most}`
    case 'whole':
      return `a whole number from ${kind.least} to ${kind.most}`
    case 'duration':
      return 'a duration: seconds as a number above 0, or a text like "5 minutes"'
    case 'flag':
      return 'true or false'
    case 'choice':
      return `one of ${kind.of.join(', ')}`
    case 'list':
      return `a list${countOf(kind)}, each ${ruleOf(kind.of)}`
    case 'record':
      return `an object, each of its values ${ruleOf(kind.of)}`
    case 'nodes':
      return 'a list of steps'
    case 'fields':
      return `an object with ${Object.keys(kind.fields).join(', ')}`
    case 'either':
      return kind.of.map(ruleOf).join(', or ')
    default:
      return 'a value of JSON'
  }
}

function countOf({ least, most }: { least?: number; most?: number }): string {
  if (least !== undefined && most !== undefined) return ` of ${least} to ${most}`
  if (least !== undefined) return ` of at least ${least}`
  return most === undefined ? '' : ` of at most ${most}`
}

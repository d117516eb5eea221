/** A schema of the document, as far as its text tells it. */
export type SchemaObject = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: SchemaObject
  readonly properties?: Readonly<Record<string, SchemaObject>>
  readonly additionalProperties?: SchemaObject | boolean
  readonly anyOf?: readonly SchemaObject[]
  readonly oneOf?: readonly SchemaObject[]
  readonly allOf?: readonly SchemaObject[]
  readonly required?: readonly string[]
  readonly description?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

/**
 * What a schema takes, in a few words.
 * @param nameOf how the name of a component is written
 * @example schemaText({ type: ['string', 'null'] }) // 'string or null'
 */
export function schemaText(schema: SchemaObject, nameOf = (name: string) => name): string {
  const inner = (one: SchemaObject) => schemaText(one, nameOf)
  if (schema.$ref !== undefined) return nameOf(schema.$ref.split('/').at(-1) as string)
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (parts) return [...new Set(parts.map(inner))].join(' or ')
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const types = [schema.type ?? 'any'].flat()
  return types.map((type) => typeText(type, schema, inner)).join(' or ')
}

function typeText(
  type: string,
  schema: SchemaObject,
  inner: (one: SchemaObject) => string,
): string {
  const { items, properties, additionalProperties, required = [], format } = schema
  if (type === 'array') return items ? `array of ${inner(items)}` : 'array'
  if (type === 'object' && properties)
    return `{ ${Object.entries(properties)
      .map(([name, one]) => `${name}${required.includes(name) ? '' : '?'}: ${inner(one)}`)
      .join(', ')} }`
  if (type === 'object' && typeof additionalProperties === 'object')
    return `object of ${inner(additionalProperties)}`
  return format === undefined ? type : `${type} (${format})`
}

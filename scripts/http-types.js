// @ts-check
// The types of src/client/http/api.ts, of the document of the HTTP API. `npm run openapi` writes them.

/**
 * @typedef {{ [key: string]: any }} Schema
 * @typedef {{ [path: string]: { [method: string]: Schema } }} Paths
 */

/** What the client does not call: other systems' routes, and those of senders of webhooks. */
const left = /^(compat|pypgflow|receiveDelivery$|getDiagram$)/

/**
 * The text of the file: shapes by name, what each operation takes and gives, and where it is.
 * @param {{ paths: any, components?: any }} document
 */
export function httpTypes(document) {
  const operations = Object.entries(/** @type {Paths} */ (document.paths)).flatMap(
    ([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => !left.test(operation.operationId))
        .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const shapes = Object.entries(document.components?.schemas ?? {}).filter(
    ([name]) => !/^(Compat|Pypgflow)/.test(name),
  )
  return [
    '// Written by `npm run openapi` of schema/openapi.json: change the routes, not this.',
    '',
    '/** What is sent and answered, by the names of the document. */',
    'export type Shapes = {',
    ...shapes.map(([name, schema]) => `  ${name}: ${typeOf(schema)}`),
    '}',
    '',
    '/** What operations take and give. */',
    'export type Operations = {',
    ...operations.map(({ operation }) => `  ${operation.operationId}: ${operationOf(operation)}`),
    '}',
    '',
    '/** Where operations are. */',
    'export const ROUTES = {',
    ...operations.map(
      ({ path, method, operation }) => `  ${operation.operationId}: '${method} ${path}',`,
    ),
    '} as const satisfies Record<keyof Operations, string>',
    '',
  ].join('\n')
}

/** @param {Schema} operation */
function operationOf({ parameters = [], requestBody, responses }) {
  const of = (/** @type {string} */ place) =>
    parameters.filter((/** @type {Schema} */ one) => one.in === place)
  const parts = [
    ['params', fields(of('path')), of('path').length > 0],
    ['query', fields(of('query')), of('query').some((/** @type {Schema} */ one) => one.required)],
    ['body', requestBody ? typeOf(schemaOf(requestBody)) : '{}', requestBody?.required],
  ]
    .filter(([, type]) => type !== '{}')
    .map(([name, type, required]) => `${name}${required ? '' : '?'}: ${type}`)
  const answers = Object.entries(/** @type {Schema} */ (responses))
    .filter(([status]) => Number(status) < 400)
    .map(([, answer]) => (answer.content ? typeOf(schemaOf(answer)) : 'null'))
  return `{ given: { ${parts.join('; ')} }; answer: ${[...new Set(answers)].join(' | ')} }`
}

/** @param {Schema} holder */
function schemaOf({ content }) {
  return /** @type {Schema} */ (Object.values(content)[0]).schema ?? {}
}

/** @param {Schema[]} parameters */
function fields(parameters) {
  const all = parameters.map(
    ({ name, schema, required }) =>
      `${key(name)}${required ? '' : '?'}: ${optional(schema, required)}`,
  )
  return all.length === 0 ? '{}' : `{ ${all.join('; ')} }`
}

/** @param {Schema} schema @param {boolean} required */
function optional(schema, required) {
  const type = typeOf(schema)
  return required || type === 'unknown' ? type : `${type} | undefined`
}

/** @param {Schema} schema @returns {string} */
function typeOf(schema) {
  if (schema.$ref) return `Shapes['${schema.$ref.split('/').at(-1)}']`
  if ('const' in schema) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  const several = schema.anyOf ?? schema.oneOf
  if (several) return [...new Set(several.map(typeOf))].join(' | ')
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ')
  if (Array.isArray(schema.type))
    return schema.type.map((/** @type {string} */ type) => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `readonly (${typeOf(schema.items ?? {})})[]`
    case 'object':
      return objectOf(schema)
    default:
      return 'unknown'
  }
}

/** @param {Schema} schema */
function objectOf({ properties, required = [], additionalProperties }) {
  if (!properties) return `Record<string, ${typeOf(additionalProperties || {})}>`
  const all = Object.entries(properties).map(
    ([name, schema]) =>
      `${key(name)}${required.includes(name) ? '' : '?'}: ${optional(schema, required.includes(name))}`,
  )
  return all.length === 0 ? '{}' : `{ ${all.join('; ')} }`
}

/** @param {unknown} value */
function literal(value) {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** @param {string} name */
function key(name) {
  return /^[a-z_]\w*$/i.test(name) ? name : `'${name}'`
}

// @ts-check
// Writes schema/openapi.json, docs/http-api.md and src/client/http/api.ts from the schemas that the server validates with.
// `npm run openapi` after a change; test/server/openapi.test.ts fails when they are old.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { httpTypes } from './http-types.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * @typedef {import('../src/server/docs-page.ts').ApiDocument} ApiDocument
 * @typedef {import('../src/server/schema-text.ts').SchemaObject} SchemaObject
 * @typedef {{
 *   operationsOf: typeof import('../src/server/docs-page.ts').operationsOf
 *   schemaOf: typeof import('../src/server/docs-page.ts').schemaOf
 *   schemaText: typeof import('../src/server/schema-text.ts').schemaText
 * }} Tools
 */

/** The files as they should be. @param {ApiDocument} document @param {Tools} tools */
export function apiFiles(document, tools) {
  return {
    'schema/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'docs/http-api.md': referencePage(document, tools),
    'src/client/http/api.ts': httpTypes(document),
  }
}

/** @param {ApiDocument} document @param {Tools} tools */
function referencePage(document, tools) {
  const groups = (document.tags ?? []).flatMap(({ name, description }) => [
    `## ${name}`,
    '',
    description ?? '',
    '',
    ...tools.operationsOf(document, name).flatMap((one) => operationLines(one, tools)),
  ])
  const shapes = Object.entries(document.components?.schemas ?? {}).flatMap(([name, schema]) => [
    `### ${name}`,
    '',
    ...fieldLines(schema, tools),
    '',
  ])
  return [
    '# The HTTP API',
    '',
    'Written by `npm run openapi` from the schemas that the server validates with; the guide is [server.md](server.md).',
    'A running server shows the same at `/docs`, and the OpenAPI document at `/openapi.json`.',
    '',
    document.info.description ?? '',
    '',
    ...groups,
    '## Shapes',
    '',
    ...shapes,
  ].join('\n')
}

/** @param {ReturnType<Tools['operationsOf']>[number]} one @param {Tools} tools */
function operationLines({ path, method, operation }, tools) {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const scope = operation['x-scope']
  const body = requestBody && tools.schemaOf(requestBody.content)
  const rows = parameters.map(
    (one) =>
      `| \`${one.name}\` | ${one.in} | ${cell(tools.schemaText(one.schema))}${one.required ? ', **required**' : ''} | ${cell(one.description ?? '')} |`,
  )
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 400)
  const problems = Object.keys(responses).filter((status) => Number(status) >= 400)
  return [
    `### ${method} ${path}`,
    '',
    `${summary}.${description ? ` ${description}` : ''} Scope: ${scope ? `\`${scope}\`` : 'none'}.`,
    '',
    ...(rows.length === 0
      ? []
      : ['| parameter | in | value | meaning |', '|---|---|---|---|', ...rows, '']),
    ...(body
      ? [`Body${requestBody?.required ? '' : ' (optional)'}: ${code(tools.schemaText(body))}`, '']
      : []),
    ...answers.map(([status, { description: what, content }]) => {
      const schema = content && tools.schemaOf(content)
      return `- **${status}** ${what}${schema ? ` ${code(shorten(tools.schemaText(schema)))}` : ''}`
    }),
    `- problems: ${problems.join(', ')}`,
    '',
  ]
}

/** @param {SchemaObject} schema @param {Tools} tools */
function fieldLines({ properties, required = [], ...rest }, tools) {
  if (!properties) return [`${code(tools.schemaText(rest))}. ${rest.description ?? ''}`]
  return [
    '| field | value | meaning |',
    '|---|---|---|',
    ...Object.entries(properties).map(
      ([name, one]) =>
        `| \`${name}\`${required.includes(name) ? '' : '?'} | ${cell(tools.schemaText(one))} | ${cell(one.description ?? '')} |`,
    ),
  ]
}

/** A page of a list says no more than of what. @param {string} text */
function shorten(text) {
  return /^\{ data: array of (\w+), next_cursor: /.exec(text)?.[1]?.concat(' list') ?? text
}

/** @param {string} text */
function code(text) {
  return `\`${text.replaceAll('`', "'")}\``
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { describeApi } = await import(join(root, 'dist/server/describe-api.js'))
  const { operationsOf, schemaOf } = await import(join(root, 'dist/server/docs-page.js'))
  const { schemaText } = await import(join(root, 'dist/server/schema-text.js'))
  const files = apiFiles(describeApi(), { operationsOf, schemaOf, schemaText })
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text)
}

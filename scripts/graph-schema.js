// @ts-check
// Writes schema/graph.json and docs/graph-reference.md from the descriptions that the validator of graphs uses.
// `npm run graph-schema` after a change; test/graph/document/published-schema.test.ts fails when they are old.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * @typedef {import('../src/graph/document/field-kinds.ts').Fields} Fields
 * @typedef {import('../src/graph/document/field-kinds.ts').Kind} Kind
 * @typedef {{
 *   schema: unknown
 *   documentFields: Fields
 *   commonFields: Fields
 *   nodeTypes: Readonly<Record<string, { about: string, config: Fields }>>
 *   issueCodes: Readonly<Record<string, string>>
 *   ruleOf: (kind: Kind) => string
 * }} Sources
 */

/** The files as they should be. @param {Sources} sources */
export function graphFiles(sources) {
  return {
    'schema/graph.json': `${JSON.stringify(sources.schema, null, 2)}\n`,
    'docs/graph-reference.md': referencePage(sources),
  }
}

/** @param {Sources} sources */
function referencePage({ documentFields, commonFields, nodeTypes, issueCodes, ruleOf }) {
  const types = Object.entries(nodeTypes).flatMap(([type, { about, config }]) => [
    `## ${type}`,
    '',
    `${about}.`,
    '',
    ...table(config, ruleOf),
    '',
  ])
  return [
    '# Reference of graph documents',
    '',
    'Written by `npm run graph-schema` from what the validator uses; the guide is [graphs.md](graphs.md).',
    'Fields that begin with `x-` may stand anywhere, and are for people and tools.',
    '',
    '## The document',
    '',
    ...table(documentFields, ruleOf),
    '',
    '## Every node',
    '',
    'Beside `type` and `config`, which it must have:',
    '',
    ...table(commonFields, ruleOf),
    '',
    ...types,
    '## Codes of problems',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(issueCodes).map(([code, about]) => `| \`${code}\` | ${about} |`),
    '',
  ].join('\n')
}

/** @param {Fields} fields @param {Sources['ruleOf']} ruleOf */
function table(fields, ruleOf) {
  return ['| field | value | meaning |', '|---|---|---|', ...rows(fields, ruleOf, '')]
}

/** @param {Fields} fields @param {Sources['ruleOf']} ruleOf @param {string} before @returns {string[]} */
function rows(fields, ruleOf, before) {
  return Object.entries(fields).flatMap(([name, { kind, required, ignored, about }]) => {
    if (ignored) return []
    const must = required ? ', **required**' : ''
    const row = `| \`${before}${name}\` | ${cell(ruleOf(kind))}${must} | ${cell(about)} |`
    const inner = kind.is === 'fields' ? rows(kind.fields, ruleOf, `${before}${name}.`) : []
    return [row, ...inner]
  })
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replace(/\{\{.*?\}\}/g, '`$&`')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const load = (/** @type {string} */ file) => import(join(root, 'dist/graph/document', file))
  const sources = {
    schema: (await load('published-schema.js')).graphJsonSchema(),
    ...(await load('document-fields.js')),
    ...(await load('node-fields.js')),
    ...(await load('issue-codes.js')),
    ...(await load('field-kinds.js')),
  }
  mkdirSync(join(root, 'schema'), { recursive: true })
  for (const [path, text] of Object.entries(graphFiles(sources)))
    writeFileSync(join(root, path), text)
}

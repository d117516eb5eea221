// @ts-check
// Writes docs/errors.md and docs/limits.md from the sources, so that they cannot say anything else.
// `npm run reference` after a change; test/reference.test.ts fails when they are old.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const intro = 'Written by `npm run reference` from'

/** @param {Record<string, { name: string, httpStatus: number, exitCode: number, summary: string }>} codes */
export function errorsPage(codes) {
  const rows = Object.entries(codes).map(
    ([code, { name, httpStatus, exitCode, summary }]) =>
      `| <a id="${code}"></a>${code} | \`${name}\` | ${summary} | ${httpStatus} | ${exitCode} |`,
  )
  return [
    '# Errors',
    '',
    `${intro} \`src/model/error-codes.ts\`.`,
    '',
    'Everything that the engine throws extends `WorkflowEngineError` and has `code`, `help`, and the',
    'offending values in `details`; the message says what to do. SQL raises the same codes as SQLSTATE.',
    'What a handler of yours threw is in `failure` of its run.',
    '',
    '| code | class | meaning | HTTP | exit |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** @param {string} source of src/model/limits.ts */
export function limitsPage(source) {
  const found = source.matchAll(
    /\/\*\*\s((?:(?!\*\/)[\s\S])+?)\s\*\/\nexport const (\w+) = ([^\n]+)\n/g,
  )
  const rows = [...found].map(
    ([, text, name, value]) => `| \`${name}\` | ${value} | ${oneLine(text ?? '')} |`,
  )
  return [
    '# Limits',
    '',
    `${intro} \`src/model/limits.ts\`.`,
    '',
    'A limit on everything, with its reason. One that is reached gives a typed error, which says its number. Nothing of',
    'yours is cut: only what is kept of a failure is, what an emission counts, and what a schedule catches up with.',
    '',
    '| limit | value | what and why |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** @param {string} text */
function oneLine(text) {
  return text
    .replaceAll(/\s*\n? \* /g, ' ')
    .trim()
    .replaceAll('|', '\\|')
}

/** The pages as they should be. @param {Parameters<typeof errorsPage>[0]} codes */
export function pages(codes) {
  const limits = readFileSync(join(root, 'src/model/limits.ts'), 'utf8')
  return { 'docs/errors.md': errorsPage(codes), 'docs/limits.md': limitsPage(limits) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ERROR_CODES } = await import(join(root, 'dist/model/error-codes.js'))
  for (const [path, text] of Object.entries(pages(ERROR_CODES)))
    writeFileSync(join(root, path), text)
  // a table within a page that people write; test/cli/configuration.test.ts fails when it is old
  const { configurationTable } = await import(
    join(root, 'dist/cli/configuration/configuration-table.js')
  )
  const page = join(root, 'docs/server-command.md')
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    text.replace(/^\| in a file [^\n]*\n(\|[^\n]*\n)*/m, () => `${configurationTable()}\n`),
  )
}

import type { Definition } from '../definition/definition.ts'
import { DefinitionError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'

/**
 * Makes a definition of a stored graph, for a worker that has it from the database.
 * @param text the document, as it is stored
 * @throws DefinitionError with every issue of the document
 */
export async function loadDefinition(_text: string, version: string): Promise<Definition> {
  throw new DefinitionError(`This package cannot run stored graphs yet (version "${version}").`)
}

/**
 * A document of JSON or YAML.
 * @param path of its file, as errors name it
 * @throws DefinitionError with every issue
 */
export async function readDocument(text: string, path?: string): Promise<Json> {
  // only here: most processes never read a document
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' })
  const [problem] = document.errors
  if (!problem) return document.toJS({ maxAliasCount: 100 }) as Json
  const { line = 1, col = 1 } = problem.linePos?.[0] ?? {}
  const place = `${path === undefined ? '' : `${path}:`}${line}:${col}`
  const message = `${place} This is neither JSON nor YAML: ${problem.message.split('\n')[0]}`
  const issue = { code: 'SYNTAX_ERROR', message, path: '', line, column: col }
  throw new DefinitionError(message, { issues: [issue] })
}

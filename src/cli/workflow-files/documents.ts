import { extname, relative } from 'node:path'
import type { Definition } from '../../definition/definition.ts'
import { readInputFile } from '../input-file.ts'
import type { LoadedFile } from './load.ts'

/** A file that is a graph or a machine, not a module. */
export function isDocument(file: string): boolean {
  return ['.yaml', '.yml', '.json', '.sql'].includes(extname(file).toLowerCase())
}

/** The graph or machine of a file; `error` has all that is wrong with it, one problem a line. */
export async function loadDocument(file: string, cwd: string): Promise<LoadedFile> {
  const path = relative(cwd, file)
  const text = await readInputFile(file).catch((error: Error) => error)
  if (typeof text === 'string') return loadDocumentText(file, path, text)
  return { file, definitions: [], steps: [], error: text.message.replace(file, path) }
}

/** The same of a text that was read already. @param path as errors name it */
export async function loadDocumentText(
  file: string,
  path: string,
  text: string,
): Promise<LoadedFile> {
  const { checkMachineText } = await import('../../entity/load-machine.ts')
  const found = checkMachineText(text)
  if (found !== null) return loaded(file, path, text, found.machine, found.problems)
  const { checkDocument } = await import('../../graph/load-definition.ts')
  const { definition, problems } = await checkDocument(text)
  return loaded(file, path, text, definition, problems)
}

function loaded(
  file: string,
  path: string,
  text: string,
  definition: Definition | null,
  problems: readonly Problem[],
): LoadedFile {
  const nothing = { file, definitions: [], steps: [] }
  if (definition !== null) return { ...nothing, definitions: [definition], error: null, text }
  return { ...nothing, error: problems.map((one) => problemLine(path, one)).join('\n') }
}

/** How a problem is told. @example 'order.yaml:7:11 UNKNOWN_STEP_TYPE There is no type "htpp". …' */
export function problemLine(path: string, problem: Problem): string {
  const { code, message, pointer, line, column } = problem
  // an empty file, or an object, has no places
  const place = line === undefined ? '' : `:${line}:${column}`
  const where = line === undefined && pointer !== '' ? ` ${pointer}` : ''
  return `${path}${place} ${code}${where} ${message}`
}

/** What is wrong with a document, and where. */
export type Problem = {
  readonly code: string
  readonly message: string
  readonly pointer: string
  readonly line?: number
  readonly column?: number
}

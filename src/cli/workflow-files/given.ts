import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import type { Definition } from '../../definition/definition.ts'
import { InvalidInputError, WorkflowNotFoundError } from '../../model/errors.ts'
import { checkInputFile } from '../input-file.ts'
import { didYouMean } from '../show/words.ts'
import { brokenFiles } from '../show/workflow-files-view.ts'
import { isDocument, loadDocument, loadDocumentText } from './documents.ts'
import { findFiles } from './glob.ts'
import type { LoadedFile } from './load.ts'

/**
 * What one file gives that a command names: a document, or code. `-` is a document on stdin.
 * @returns its `error` says what is wrong with what is in it
 * @throws InvalidInputError if there is no such file, or it cannot be read
 */
export async function loadGiven(file: string): Promise<LoadedFile> {
  if (file === '-') return loadDocumentText(file, file, await readAll(process.stdin))
  await checkInputFile(file)
  const [path, cwd] = [resolve(file), process.cwd()]
  if (isDocument(path)) return loadDocument(path, cwd)
  const { loadFiles } = await import('./load.ts')
  const [found] = (await loadFiles([path], cwd)).files
  return found as LoadedFile
}

/** The same, where it must have workflows. @throws DefinitionError, InvalidInputError */
export async function definitionsOf(file: string): Promise<Definition[]> {
  const { definitions, error } = await loadGiven(file)
  if (error !== null) throw brokenFiles([{ file: resolve(file), error, kept: [] }], process.cwd())
  if (definitions.length > 0) return [...definitions]
  throw new InvalidInputError(`${file} exports no workflow. Name a file that does, or a document.`)
}

/**
 * The workflows of all files of a glob.
 * @param ids of those that are wanted; none: all
 * @throws DefinitionError for files that fail, WorkflowNotFoundError, InvalidInputError if there is no workflow
 */
export async function definitionsOfGlob(
  glob: string,
  ids: readonly string[],
  cwd = process.cwd(),
): Promise<Definition[]> {
  const files = await filesOfGlob(glob, cwd)
  const all = [...new Set(files.flatMap(({ definitions }) => definitions))]
  if (all.length === 0)
    throw new InvalidInputError(
      `No file of ${glob} exports a workflow, or is one. Name others with --workflows '<glob>'.`,
    )
  for (const id of ids) if (!all.some((one) => one.id === id)) throw notFound(id, all, glob)
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id))
}

/** Names of the steps of all files of a glob. @throws DefinitionError for files that fail, InvalidInputError if there is no file */
export async function stepsOfGlob(glob: string, cwd = process.cwd()): Promise<string[]> {
  const files = await filesOfGlob(glob, cwd)
  if (files.length === 0) throw new InvalidInputError(`No file is of ${glob}.`)
  return files.flatMap(({ steps }) => steps.map(({ name }) => name))
}

async function filesOfGlob(glob: string, cwd: string): Promise<LoadedFile[]> {
  const { loadFiles } = await import('./load.ts')
  const { files } = await loadFiles(await findFiles(glob, cwd), cwd)
  const broken = files.flatMap(({ file, error }) =>
    error === null ? [] : [{ file, error, kept: [] }],
  )
  if (broken.length > 0) throw brokenFiles(broken, cwd)
  return files
}

function notFound(id: string, all: readonly Definition[], glob: string): Error {
  const hint = didYouMean(
    id,
    all.map((one) => one.id),
  )
  return new WorkflowNotFoundError(`No file of ${glob} has a workflow "${id}".${hint}`, {
    details: { workflowId: id },
  })
}

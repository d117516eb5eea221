import { access, constants, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { InvalidInputError } from '../model/errors.ts'
import { nearest } from '../model/nearest.ts'

/**
 * The text of a file that a command line names.
 * @throws InvalidInputError that says which file, and what is the matter with it
 */
export async function readInputFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => refuse(file, error))
}

/** The same question without reading it. @throws InvalidInputError for what is no file, or cannot be read */
export async function checkInputFile(file: string): Promise<void> {
  const fail = (error: NodeJS.ErrnoException) => refuse(file, error)
  const found = await stat(file).catch(fail)
  if (found.isDirectory()) throw isFolder(file)
  await access(file, constants.R_OK).catch(fail)
}

async function refuse(file: string, error: NodeJS.ErrnoException): Promise<never> {
  if (error.code === 'EISDIR') throw isFolder(file)
  throw new InvalidInputError(`${file} cannot be read: ${await whyNot(file, error)}`, {
    details: { file },
    cause: error,
  })
}

async function whyNot(file: string, { code, message }: NodeJS.ErrnoException): Promise<string> {
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read it.'
  if (code === 'ENOTDIR') return 'a part of its path is a file, not a folder.'
  if (code !== 'ENOENT') return `${message}.`
  const beside = await readdir(dirname(file)).catch(() => null)
  if (beside === null) return `there is no folder ${dirname(file)}.`
  // one: all files of a kind end alike, and seem near
  const [meant] = nearest(basename(file), beside)
  return `there is no such file.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
}

function isFolder(file: string): InvalidInputError {
  const inner = `${file.replace(/\/+$/, '')}/*`
  return new InvalidInputError(`${file} is a folder. Name the files in it, as ${inner} does.`, {
    details: { file },
  })
}

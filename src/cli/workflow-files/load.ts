import { readFile } from 'node:fs/promises'
import { extname, relative } from 'node:path'
import { createJiti, type Jiti } from 'jiti'
import type { Definition } from '../../definition/definition.ts'
import type { NamedStep } from '../../definition/named-step.ts'
import { isDocument, loadDocument } from './documents.ts'
import { libraryModules } from './library.ts'

/** What a file gave: its definitions and the steps that graphs may call, or why it could not be loaded. */
export type LoadedFile = {
  readonly file: string
  readonly definitions: readonly Definition[]
  readonly steps: readonly NamedStep[]
  readonly error: string | null
  /** Of a document: what it was read from. */
  readonly text?: string
}

/** All files of one load, and every file of the user's that they import. */
export type Load = { readonly files: LoadedFile[]; readonly sources: string[] }

type ModuleCache = NonNullable<NonNullable<Parameters<Jiti['evalModule']>[1]>['cache']>

/**
 * Loads workflow files, TypeScript or not, each module afresh: a file that two of them import is
 * one module, as within a program, but it shares nothing with an earlier load.
 */
export async function loadFiles(files: readonly string[], cwd: string): Promise<Load> {
  const jiti = createJiti(`${cwd}/`, {
    moduleCache: false,
    virtualModules: await libraryModules(),
  })
  const cache: ModuleCache = {}
  const loaded: LoadedFile[] = []
  const sources = new Set(files)
  for (const file of files) {
    if (isDocument(file)) {
      loaded.push(await loadDocument(file, cwd))
      continue
    }
    loaded.push(await loadFile(jiti, file, cache, cwd))
    for (const path of Object.keys(cache)) if (!path.includes('/node_modules/')) sources.add(path)
    // a module that failed half-way must not be given to the next file that imports it
    for (const [path, module] of Object.entries(cache)) if (!module.loaded) delete cache[path]
  }
  return { files: loaded, sources: [...sources] }
}

async function loadFile(
  jiti: Jiti,
  file: string,
  cache: ModuleCache,
  cwd: string,
): Promise<LoadedFile> {
  try {
    const known = cache[file]?.exports as unknown
    const module = known ?? (await evaluate(jiti, file, cache))
    return { file, definitions: findDefinitions(module), steps: findSteps(module), error: null }
  } catch (error) {
    return { file, definitions: [], steps: [], error: describeLoadError(error, cwd) }
  }
}

async function evaluate(jiti: Jiti, file: string, cache: ModuleCache): Promise<unknown> {
  const source = await readFile(file, 'utf8')
  const options = { filename: file, id: file, ext: extname(file), cache, async: true }
  return jiti.evalModule(source, options)
}

/** The definitions among all exports of a module, and in arrays that it exports. */
export function findDefinitions(module: unknown): Definition[] {
  return exportsOf(module).filter(isDefinition)
}

/** The steps among them that defineStep has made. */
export function findSteps(module: unknown): NamedStep[] {
  return exportsOf(module).filter(isStep)
}

function exportsOf(module: unknown): unknown[] {
  if (typeof module !== 'object' || module === null) return []
  return [...new Set(Object.values(module).flatMap((value: unknown) => value))]
}

function isStep(value: unknown): value is NamedStep {
  if (typeof value !== 'object' || value === null) return false
  const { name, handler, options } = value as Record<string, unknown>
  return typeof name === 'string' && typeof handler === 'function' && typeof options === 'object'
}

function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null) return false
  const { kind, id, version, run } = value as Record<string, unknown>
  const texts = [kind, id, version].every((text) => typeof text === 'string')
  return texts && typeof run === 'function'
}

/**
 * An error with the place in the user's own files where it came from.
 * @example describeLoadError(error, cwd) // 'workflows/order.ts:3:9  TypeError: no x'
 */
export function describeLoadError(error: unknown, cwd: string): string {
  if (!(error instanceof Error)) return `It threw ${String(error)}.`
  // how jiti tells of a syntax error: the place stands on the last line, its column counted from 0
  const syntax = /^(?:\w+: )?(.*?)\s*\n\s*(\/.*):(\d+):(\d+)\s*$/s.exec(error.message)
  if (syntax) {
    const [, message = '', file = '', line, column] = syntax
    const place = shorten(`${file}:${line}:${Number(column) + 1}`, cwd)
    return `${place}  SyntaxError: ${message.trim()}`
  }
  const what = `${error.name}: ${tidy(error.message, cwd)}`
  const place = placeInStack(error.stack ?? '', cwd)
  return place === null ? what : `${place}  ${what}`
}

/** The first place of a stack that is in the user's code: file, line and column. */
export function placeInStack(stack: string, cwd: string): string | null {
  for (const line of stack.split('\n')) {
    const place = /(?:\(|at (?:async )?)(?:file:\/\/)?(\/[^()]*:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place?.startsWith(`${cwd}/`) && !place.includes('/node_modules/'))
      return shorten(place, cwd)
  }
  return null
}

function tidy(message: string, cwd: string): string {
  const lines = message.split('\n').filter((line) => !line.startsWith('Require stack:'))
  return lines
    .filter((line) => !line.startsWith('- /'))
    .join(' ')
    .replaceAll(`${cwd}/`, '')
}

function shorten(place: string, cwd: string): string {
  const path = place.replace(/:\d+:\d+$/, '')
  const short = relative(cwd, path)
  return short.startsWith('..') ? place : place.replace(path, short)
}

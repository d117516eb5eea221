import { readdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'

/** Where workflows are looked for, unless --workflows says otherwise. */
export const DEFAULT_GLOB = './workflows/**/*.{ts,js,mjs,mts,yaml,yml}'

/** Never looked into, and never loaded: installed code, hidden folders, types, tests. */
const skippedFolder = /^(node_modules|\..*)$/
const skippedFile = /\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]sx?$/

const special = /[*?[\]{}]/

/**
 * A pattern of paths: `**` any folders, `*` and `?` within a name, `{a,b}` one of these, `[abc]`
 * one of these characters.
 * @example globPattern('src/*.{ts,js}').test('src/order.ts') // true
 */
export function globPattern(glob: string): RegExp {
  const parts = normalise(glob).matchAll(/\*\*\/?|\*|\?|\[[^\]/]+\]|\{[^{}]*\}|./g)
  return new RegExp(`^${[...parts].map(([part]) => translate(part)).join('')}$`)
}

/** The folder that all files of a glob are in: its part before the first special character. */
export function globFolder(glob: string): string {
  const names = normalise(glob).split('/')
  const first = names.findIndex((name) => special.test(name))
  return names.slice(0, first === -1 ? -1 : first).join('/') || (glob.startsWith('/') ? '/' : '.')
}

/** The files that a glob means, as absolute paths, sorted. None if its folder does not exist. */
export async function findFiles(glob: string, cwd: string = process.cwd()): Promise<string[]> {
  const pattern = globPattern(glob.startsWith('/') ? relative(cwd, glob) : glob)
  const found: string[] = []
  for (const path of await walk(resolve(cwd, globFolder(glob)))) {
    const name = relative(cwd, path).split(sep).join('/')
    if (pattern.test(name) && !skippedFile.test(name)) found.push(path)
  }
  return found.sort()
}

/** The folders under a folder, itself included; none if it does not exist. */
export async function findFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (entries === null) return []
  const inner = entries
    .filter((entry) => entry.isDirectory() && !skippedFolder.test(entry.name))
    .map((entry) => findFolders(join(folder, entry.name)))
  return [folder, ...(await Promise.all(inner)).flat()]
}

async function walk(folder: string): Promise<string[]> {
  const lists = (await findFolders(folder)).map(async (one) => {
    const entries = await readdir(one, { withFileTypes: true }).catch(() => [])
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(one, entry.name))
  })
  return (await Promise.all(lists)).flat()
}

function normalise(glob: string): string {
  return glob.replaceAll('\\', '/').replace(/^(\.\/)+/, '')
}

function translate(part: string): string {
  if (part === '**/') return '(?:[^/]+/)*'
  if (part === '**') return '.*'
  if (part === '*') return '[^/]*'
  if (part === '?') return '[^/]'
  if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^')
  if (part.length > 1 && part.startsWith('{')) {
    return `(?:${part.slice(1, -1).split(',').map(literal).join('|')})`
  }
  return literal(part)
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

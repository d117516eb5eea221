import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Manifest = { name: string; exports: Record<string, string | { default?: string }> }

/**
 * The modules of this package by the names under which users import them: `millrace`,
 * `millrace/client`, … Workflow files get these very modules, in a checkout of the repository as
 * well as from an installed package, so that definitions and worker are always of one version.
 */
export async function libraryModules(): Promise<Record<string, unknown>> {
  const root = new URL('../../../', import.meta.url)
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest
  const modules = Object.entries(manifest.exports).map(async ([name, target]) => {
    const file = typeof target === 'string' ? target : target.default
    if (!file?.endsWith('.js')) return []
    const url = new URL(file, root)
    if (!existsSync(fileURLToPath(url))) return []
    // one that does not load here (a library of the user's that is missing) is not needed here
    const module: unknown = await import(url.href).catch(() => null)
    return module === null ? [] : [[name.replace(/^\./, manifest.name), module] as const]
  })
  return Object.fromEntries((await Promise.all(modules)).flat())
}

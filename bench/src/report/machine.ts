import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { benchFolder } from '../places.ts'
import type { System } from '../systems/system.ts'

/** The machine in a few words, without its name or paths. */
export function machine(): string {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const model = first?.model.trim() ?? 'unknown CPU'
  return `${cpus().length} × ${model}, ${memory} GB, ${platform()} ${release()} ${arch()}`
}

/** The version of what is measured; of its package as it is installed. */
export function versionOf(system: System): string {
  const manifest = join(benchFolder, 'node_modules', system.package, 'package.json')
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { isEnding } from './cleanup.ts'
import { settingsFile } from './places.ts'
import { machine } from './report/machine.ts'
import { median } from './sheet.ts'
import type { Settings, System } from './systems/system.ts'
import { drain } from './workloads/drain.ts'

/** What the sweep found for one system. */
export type Swept = {
  chosen: Settings
  tried: {
    settings: Settings
    workflowsPerSecond: { median: number; min: number; max: number } | null
    failed?: string
  }[]
}

export type SettingsFile = {
  at: string
  machine: string
  n: string
  systems: Record<string, Swept>
}

/** The committed choice; empty before the first sweep. */
export function readSettings(): SettingsFile | null {
  try {
    return JSON.parse(readFileSync(settingsFile, 'utf8'))
  } catch {
    return null
  }
}

/** How many times each setting is tried: once is chance, and the sweep grows with each. */
const TRIES = 2

/**
 * Tries the same number of settings for every system on W1 (queues in bulk, as in W6), interleaved:
 * all systems with their first, all with their second. The best median is chosen.
 */
export async function sweep(bench: Bench): Promise<void> {
  const count = Math.min(...bench.systems.map(({ candidates }) => candidates.length))
  const found = new Map<string, number[]>()
  const failed = new Map<string, string>()
  for (let turn = 0; turn < TRIES; turn++) {
    for (let i = 0; i < count; i++) {
      for (const system of bench.systems) {
        const settings = system.candidates[i] as Settings
        const key = `${system.name} ${JSON.stringify(settings)}`
        if (failed.has(key)) continue
        const rate = await attemptSetting(bench, system, settings).catch((error) => {
          failed.set(key, (error as Error).message.split('\n')[0] as string)
          return null
        })
        if (isEnding()) await new Promise(() => {})
        if (rate !== null) found.set(key, [...(found.get(key) ?? []), rate])
        console.log(`sweep ${key}: ${rate === null ? failed.get(key) : Math.round(rate)}`)
      }
    }
  }
  write(bench, bench.systems, count, found, failed)
}

async function attemptSetting(bench: Bench, system: System, settings: Settings): Promise<number> {
  bench.settings.set(system.name, settings)
  const { sample } = await drain(bench, system, {
    shape: 'one',
    n: sizeOf(bench, system),
    bulk: system.kind === 'queue',
    patienceMs: 60_000,
  })
  return sample.workflows_per_second ?? 0
}

/**
 * About two seconds for each, which is known well enough before: a sweep compares one with itself.
 */
function sizeOf(bench: Bench, system: System): number {
  const n = system.name === 'millrace' || system.kind === 'queue' ? 40_000 : 2_000
  return Math.max(50, Math.round(n * bench.options.scale))
}

function write(
  bench: Bench,
  systems: System[],
  count: number,
  found: Map<string, number[]>,
  failed: Map<string, string>,
): void {
  const { scale } = bench.options
  const before = readSettings()?.systems ?? {}
  const swept = systems.map((system): [string, Swept] => {
    const tried = system.candidates.slice(0, count).map((settings) => {
      const key = `${system.name} ${JSON.stringify(settings)}`
      const reason = failed.get(key)
      const figures = (found.get(key) ?? []).map(Math.round)
      const [min, max] = [Math.min(...figures), Math.max(...figures)]
      if (reason !== undefined) return { settings, workflowsPerSecond: null, failed: reason }
      return { settings, workflowsPerSecond: { median: median(figures), min, max } }
    })
    const rate = (one: (typeof tried)[number]) => one.workflowsPerSecond?.median ?? -1
    const best = tried.reduce((a, b) => (rate(b) > rate(a) ? b : a))
    return [system.name, { chosen: best.settings, tried }]
  })
  const file: SettingsFile = {
    at: new Date().toISOString().slice(0, 10),
    machine: machine(),
    n: `${TRIES} tries each, interleaved; ${scale} of 2,000 workflows (40,000 of fast systems)`,
    systems: { ...before, ...Object.fromEntries(swept) },
  }
  const { out } = bench.options
  if (out !== null) mkdirSync(out, { recursive: true })
  const path = out === null ? settingsFile : join(out, 'settings.json')
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`)
  console.log(`written: ${path}`)
}

import type { Options } from './options.ts'
import { Child } from './roles/child.ts'
import type { Databases } from './server/databases.ts'
import type { Server } from './server/server.ts'
import type { Sheet } from './sheet.ts'
import type { Settings, System } from './systems/system.ts'

/** What every workload needs. */
export type Bench = {
  options: Options
  server: Server
  databases: Databases
  systems: System[]
  /** What the sweep chose for each system. */
  settings: Map<string, Settings>
  templates: Templates
  sheet: Sheet
}

/** A system's settings for all workloads but idle latency. */
export function settingsOf(bench: Bench, system: System): Settings {
  return bench.settings.get(system.name) ?? (system.candidates[0] as Settings)
}

/** One database for each system, as its own migrations leave it, made when first needed. */
export class Templates {
  readonly #databases: Databases
  readonly #made = new Map<string, Promise<string>>()

  constructor(databases: Databases) {
    this.#databases = databases
  }

  /** A fresh copy of a system's template. @returns the name of the database */
  async clone(system: System): Promise<string> {
    const made = this.#made.get(system.name) ?? this.#make(system)
    this.#made.set(system.name, made)
    return this.#databases.create(await made)
  }

  async #make(system: System): Promise<string> {
    const name = await this.#databases.create()
    const task = { system: system.name, role: 'prepare' as const, settings: {} }
    const child = await Child.start({ ...task, url: this.#databases.url(name) })
    await child.ask({ do: 'go' }, 60_000).finally(() => child.stop())
    return name
  }
}

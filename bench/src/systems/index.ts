import type { System } from './system.ts'

/** In the order in which they have their turn. Loaded when needed: some take a second to import. */
const loaders: Record<string, () => Promise<System>> = {
  millrace: async () => (await import('./millrace.ts')).millrace,
  absurd: async () => (await import('./absurd.ts')).absurd,
  dbos: async () => (await import('./dbos.ts')).dbos,
  openworkflow: async () => (await import('./openworkflow.ts')).openworkflow,
  'pg-workflows': async () => (await import('./pg-workflows.ts')).pgWorkflows,
  'graphile-worker': async () => (await import('./graphile-worker.ts')).graphileWorker,
  'graphile-worker-batched': async () => (await import('./graphile-worker.ts')).graphileBatched,
  'pg-boss': async () => (await import('./pg-boss.ts')).pgBoss,
}

/** Not a peer of anybody: for the workloads that compare Millrace with itself. */
const variants: typeof loaders = {
  'millrace-limits': async () => (await import('./millrace-limits.ts')).millraceLimits,
  'millrace-flows': async () => (await import('./millrace-flows.ts')).millraceFlows,
}

export const systemNames = Object.keys(loaders)

/** @throws if there is none of that name */
export async function loadSystem(name: string): Promise<System> {
  const load = loaders[name] ?? variants[name]
  if (load) return load()
  throw new Error(`There is no system "${name}". There are ${systemNames.join(', ')}.`)
}

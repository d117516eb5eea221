import type { LeasedRun } from '../definition/host.ts'
import type { Route } from '../kernel/definitions.ts'
import type { LeasedTask } from '../kernel/tasks.ts'
import { encodeRunId } from '../model/run-id.ts'

type Meta = { id?: string; resource?: string; tags?: string[]; retries?: number; parent?: string }

/**
 * A leased task as an authoring model sees it, and the number of the run that waits for its end.
 */
export function readLeasedRun(
  task: LeasedTask,
  route: Route,
  tenant: string,
): { lease: LeasedRun; parent: string | null } {
  const meta = task.meta === null ? {} : (JSON.parse(task.meta) as Meta)
  const lease = {
    id: meta.id ?? encodeRunId(BigInt(task.run)),
    workflowId: route.name,
    version: route.version,
    tenant,
    resourceId: meta.resource ?? null,
    tags: meta.tags ?? [],
    retries: meta.retries ?? null,
    input: task.input,
    journal: task.journal,
    waits: task.waits,
    crashes: task.crashes,
  }
  return { lease, parent: meta.parent ?? null }
}

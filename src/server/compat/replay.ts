import type { WorkflowRun } from '../../client/workflow-run.ts'
import { isDelivery } from '../../graph/trigger.ts'

/** The run that a replay repeats is among its tags. */
const TAG = 'replay of '

export function replayTag({ id }: WorkflowRun): string {
  return TAG + id
}

export function replayedFrom({ tags }: WorkflowRun): string | null {
  return tags.find((tag) => tag.startsWith(TAG))?.slice(TAG.length) ?? null
}

/** The input of a replay: what is overridden is laid over its data, one level deep. */
export function overridden(input: unknown, override: Record<string, unknown> | undefined): unknown {
  if (override === undefined) return input
  if (isDelivery(input)) return { ...input, payload: laidOver(input.payload, override) }
  return laidOver(input, override)
}

function laidOver(data: unknown, override: Record<string, unknown>): unknown {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data)
  return isObject ? { ...data, ...override } : override
}

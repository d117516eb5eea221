import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { GraphDocument } from './document/index.ts'

/** What was started, as expressions see it: the shapes of the Workflow Automation Engine. @param depth above 0: of a child */
export function triggerOf(
  { trigger_type: type }: GraphDocument,
  { input, scheduledFor }: Pick<WorkflowContext, 'input' | 'scheduledFor'>,
  depth: number,
): Record<string, unknown> {
  const data = input ?? {}
  if (depth > 0) return { source: 'sub_workflow', data }
  if (scheduledFor) {
    const time = scheduledFor.toISOString()
    return { source: 'cron', data, triggered_by: 'cron', scheduled_time: time }
  }
  if (type !== 'webhook') return { source: 'manual', data }
  if (isDelivery(input)) return { source: 'webhook', data: input.payload, ...input }
  return { source: 'manual', data, payload: data, headers: {} }
}

/** A webhook that came in, as it is handed to its run. */
export function isDelivery(input: unknown): input is { payload: unknown; headers: object } {
  if (typeof input !== 'object' || input === null) return false
  return Object.keys(input).sort().join() === 'headers,payload'
}

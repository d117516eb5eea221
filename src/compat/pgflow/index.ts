/**
 * `millrace/compat/pgflow`: the names of pgflow's client and worker over runs of ours.
 * @module
 */

export * from '../../flow/index.ts'
export type { SkipReason } from '../../model/status.ts'
export { createClient, PgflowClient, type RunsClient } from './client.ts'
export {
  type CompatWorker,
  createFlowWorker,
  createQueueWorker,
  EdgeWorker,
  type FlowWorkerConfig,
  type MessageHandler,
  type QueueWorkerConfig,
  queueSlug,
} from './edge-worker.ts'
export * from './events.ts'
export { FlowRun } from './flow-run.ts'
export { FlowStep } from './flow-step.ts'
export { FlowRunStatus, FlowStepStatus } from './statuses.ts'

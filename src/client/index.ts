/**
 * `millrace/client`: starts, signals and reads runs, without any handler.
 * @module
 */

export type { Tx } from '../kernel/database.ts'
export type { Duration } from '../model/duration.ts'
export * from '../model/errors.ts'
export type { RunFailure } from '../model/failure.ts'
export type { Json, Jsonify } from '../model/json.ts'
export type { WorkflowLogger } from '../model/logger.ts'
export { WorkflowStatus } from '../model/status.ts'
export { createWorkflowRef, type WorkflowRef } from '../workflow/workflow-ref.ts'
export type { Page, PageRequest } from './page.ts'
export type { StartOptions } from './starter.ts'
export type { TimelineEntry } from './timeline.ts'
export {
  type RunFilter,
  type RunRef,
  WorkflowClient,
  type WorkflowClientOptions,
  type WorkflowRunProgress,
} from './workflow-client.ts'
export type { WorkflowRun } from './workflow-run.ts'

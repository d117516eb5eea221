/**
 * `millrace/client`: starts, signals and reads runs, without any handler.
 * @module
 */

export { ROLES, type Role, SCOPES, type Scope } from '../auth/principal.ts'
export type { EmissionOptions } from '../definition/emission.ts'
export { defineEvent, type Event, type KeyedEvent, type StartOn } from '../definition/event.ts'
export type { AnyMachineRef, MachineRef, StateOf, TransitionOf } from '../definition/machine.ts'
export {
  defineSignal,
  type Signal,
  type WaitData,
  type WaitRecord,
  type WaitSource,
} from '../definition/signal.ts'
export type { Tx } from '../kernel/database.ts'
export type { Duration } from '../model/duration.ts'
export * from '../model/errors.ts'
export type { RunFailure } from '../model/failure.ts'
export type { Json, Jsonify } from '../model/json.ts'
export type { KeyPaths, Limits } from '../model/limit-rules.ts'
export type { WorkflowLogger } from '../model/logger.ts'
export type { RunEvent, RunEventName } from '../model/run-event.ts'
export type { CronOptions, EveryOptions, ScheduleOptions } from '../model/schedule-rules.ts'
export { type StepStatus, WorkflowStatus } from '../model/status.ts'
export { createWorkflowRef, type WorkflowRef } from '../workflow/workflow-ref.ts'
export type { Approval, ApprovalAnswerOptions, ApprovalFilter } from './approvals.ts'
export type { AuditEntry, AuditFilter } from './audit.ts'
export type {
  BulkOperation,
  BulkOperations,
  BulkOptions,
  PruneOptions,
  PurgeOptions,
} from './bulk-operations.ts'
export type {
  PutWorkflow,
  PutWorkflowOptions,
  StoredDefinition,
  WorkflowDocument,
} from './definitions.ts'
export type { Delivery, DeliveryFilter, DeliveryPlace, DeliveryWithBody } from './deliveries.ts'
export type {
  Asker,
  Entity,
  EntityInstance,
  HistoryEntry,
  StartEntity,
  StartedEntity,
  Transitioned,
  TransitionQuery,
  TransitionReport,
  TransitionRequest,
  Verified,
} from './entity/entity.ts'
export type {
  CountFilter,
  EntityFilter,
  EntityMigration,
  MigrateEntities,
  SlaBreach,
  SlaFilter,
  StateCount,
  StateTimes,
  StateTimesFilter,
} from './entity/reports.ts'
export type { Emission, EmitOptions, EventFilter, KeptEvent } from './events.ts'
export type { FailureGroup } from './failures.ts'
export type { FeedEvent } from './follow/feed-reader.ts'
export type { EventsOptions, FeedOptions } from './follow/live-runs.ts'
export type { RunStep } from './follow/run-step.ts'
export type { StreamOptions } from './follow/stream-chunks.ts'
export type { ApiKey, KeyOptions, NewApiKey } from './keys.ts'
export type { DispatchPlace, LimitReport } from './limits.ts'
export type { DefinitionFilter, ListedDefinition } from './listed-definitions.ts'
export type { LogFilter, LogLine } from './logs.ts'
export type { Member, PutMember } from './members.ts'
export type { Durations, EngineState, Metrics, MetricsFilter } from './metrics.ts'
export type { Page, PageRequest } from './page.ts'
export type {
  DrainOptions,
  QueueReport,
  RegisteredWorkflow,
  StorageReport,
  VersionReport,
  WorkerReport,
} from './reports.ts'
export type { AttributeCondition, AttributeValue, RunFilter, RunOrder } from './run-filter.ts'
export type { PutSchedule, Schedule, ScheduleNote } from './schedules.ts'
export type { SecretEntry } from './secrets.ts'
export type { StartOptions, StartSignal } from './starter.ts'
export type { DeletedWorkflow, DeleteWorkflow, StopWorkflow } from './stopped-workflows.ts'
export type { DeletionOptions, Quota, RegisterTenant, Tenant } from './tenants.ts'
export type { TimelineEntry } from './timeline.ts'
export type {
  IncomingDelivery,
  Receipt,
  ReceiverOptions,
  WebhookReceiver,
} from './webhook-receiver.ts'
export type {
  PutIncomingWebhook,
  PutOutgoingWebhook,
  PutWebhook,
  RotateWebhookSecret,
  Webhook,
  WebhookWithSecret,
} from './webhooks.ts'
export {
  type RunRef,
  WorkflowClient,
  type WorkflowClientOptions,
  type WorkflowRunProgress,
} from './workflow-client.ts'
export type { ForkOptions, WorkflowRun } from './workflow-run.ts'

/**
 * `millrace/client/http`: a client of a server, for browsers and Node.
 * @module
 */

export { defineEvent, type Event, type KeyedEvent } from '../../definition/event.ts'
export type { AnyMachineRef, MachineRef, StateOf, TransitionOf } from '../../definition/machine.ts'
export { defineSignal, type Signal } from '../../definition/signal.ts'
export type { Startable } from '../../definition/startable.ts'
export type { Duration } from '../../model/duration.ts'
export * from '../../model/errors.ts'
export type { RunFailure } from '../../model/failure.ts'
export type { Json } from '../../model/json.ts'
export type { RunEvent, RunEventName } from '../../model/run-event.ts'
export { type StepStatus, WorkflowStatus } from '../../model/status.ts'
export type { Delivery, DeliveryFilter, DeliveryPlace, DeliveryWithBody } from '../deliveries.ts'
export type {
  Asker,
  Entity,
  EntityInstance,
  HistoryEntry,
  StartEntity,
  StartedEntity,
  Transitioned,
  TransitionReport,
  TransitionRequest,
  Verified,
} from '../entity/entity.ts'
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
} from '../entity/reports.ts'
export type { FeedEvent } from '../follow/feed-reader.ts'
export type { EventsOptions, FeedOptions } from '../follow/live-source.ts'
export type { RunStep } from '../follow/run-step.ts'
export type { StreamOptions } from '../follow/stream-chunks.ts'
export type { Page, PageRequest } from '../page.ts'
export type { RunFilter, RunOrder } from '../run-filter.ts'
export type { StartOptions } from '../start-options.ts'
export type { TimelineEntry } from '../timeline.ts'
export type { ForkOptions, WorkflowRun } from '../workflow-run.ts'
export type { HttpBulk } from './http-bulk.ts'
export { type HttpQueue, HttpWorkflowClient } from './http-client.ts'
export type { HttpClientOptions } from './transport.ts'

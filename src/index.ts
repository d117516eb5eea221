/**
 * `millrace`: durable workflows in the Postgres you already have.
 * @module
 */
export * from './client/index.ts'
export type { Definition, InputOf, OutputOf } from './definition/definition.ts'
export type { Startable } from './definition/startable.ts'
export type { AttributeOption, AttributeType } from './model/attribute-rules.ts'
export type { RetryOptions } from './model/backoff.ts'
export { type DurationObject, parseDuration } from './model/duration.ts'
export type { RunLogger } from './model/logger.ts'
export type {
  InferInputParameters,
  InputParameters,
  Schema,
  SchemaIn,
  SchemaOut,
} from './model/schema.ts'
export type { BatchOptions, OnConflict } from './model/start-rules.ts'
export type { SkipReason, StepType } from './model/status.ts'
export type { WorkerOptions } from './worker/options.ts'
export { WorkflowEngine, type WorkflowEngineOptions } from './worker/workflow-engine.ts'
export type { ApprovalAnswer, ApprovalOptions } from './workflow/approval-step.ts'
export type { ContinueOptions } from './workflow/continue-step.ts'
export { defineStep } from './workflow/define-step.ts'
export type { WorkflowDefinition } from './workflow/define-workflow.ts'
export type { RunInfo, WorkflowPlugin } from './workflow/plugin.ts'
export type {
  ChildOptions,
  RunStepOptions,
  StepBaseContext,
  StepContext,
  StepDefinition,
  StepOptions,
} from './workflow/step-types.ts'
export { type WorkflowFactory, workflow } from './workflow/workflow.ts'
export type { WorkflowContext } from './workflow/workflow-context.ts'
export type { WorkflowOptions } from './workflow/workflow-options.ts'

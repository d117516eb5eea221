import type {
  AnyFlow,
  ExtractFlowInput,
  ExtractFlowOutput,
  ExtractFlowSteps,
  StepOutput,
} from '../../flow/extract.ts'
import type { SkipReason } from '../../model/status.ts'
import { FlowRunStatus, FlowStepStatus } from './statuses.ts'

/** What listeners of a run get, by the event. Instants are ISO 8601. */
export type FlowRunEventData<F extends AnyFlow> = {
  started: {
    event_type: 'run:started'
    run_id: string
    flow_slug: string
    input: ExtractFlowInput<F>
    status: 'started'
    started_at: string
    remaining_steps: number
  }
  completed: {
    event_type: 'run:completed'
    run_id: string
    flow_slug: string
    output: ExtractFlowOutput<F>
    status: 'completed'
    completed_at: string
  }
  failed: {
    event_type: 'run:failed'
    run_id: string
    flow_slug: string
    error_message: string
    status: 'failed'
    failed_at: string
  }
}
export type FlowRunEvent<F extends AnyFlow> = FlowRunEventData<F>[keyof FlowRunEventData<F>]

type Slug<F extends AnyFlow> = keyof ExtractFlowSteps<F> & string

/** What listeners of a step get, by the event. */
export type StepEventData<F extends AnyFlow, K extends Slug<F>> = {
  started: {
    event_type: 'step:started'
    run_id: string
    step_slug: K
    status: 'started'
    started_at: string
  }
  completed: {
    event_type: 'step:completed'
    run_id: string
    step_slug: K
    output: StepOutput<F, K>
    status: 'completed'
    completed_at: string
  }
  failed: {
    event_type: 'step:failed'
    run_id: string
    step_slug: K
    error_message: string
    status: 'failed'
    failed_at: string
  }
  skipped: {
    event_type: 'step:skipped'
    run_id: string
    step_slug: K
    status: 'skipped'
    skipped_at: string
    skip_reason: SkipReason
  }
}
export type StepEvent<F extends AnyFlow, K extends Slug<F>> = StepEventData<
  F,
  K
>[keyof StepEventData<F, K>]

/** Removes a listener. */
export type Unsubscribe = () => void

/** Whether a value is an event of a run. */
export function isFlowRunEvent<F extends AnyFlow>(value: unknown): value is FlowRunEvent<F> {
  const event = fieldsOf(value)
  return (
    'run_id' in event &&
    'flow_slug' in event &&
    !('step_slug' in event) &&
    Object.values<unknown>(FlowRunStatus).includes(event.status)
  )
}

/** Whether a run has started. */
export function isFlowRunStartedEvent<F extends AnyFlow>(
  event: FlowRunEvent<F>,
): event is FlowRunEventData<F>['started'] {
  return event.status === 'started'
}

/** Whether a run has completed. */
export function isFlowRunCompletedEvent<F extends AnyFlow>(
  event: FlowRunEvent<F>,
): event is FlowRunEventData<F>['completed'] {
  return event.status === 'completed'
}

/** Whether a run has failed. */
export function isFlowRunFailedEvent<F extends AnyFlow>(
  event: FlowRunEvent<F>,
): event is FlowRunEventData<F>['failed'] {
  return event.status === 'failed'
}

/** Whether a value is an event of a step. */
export function isStepEvent<F extends AnyFlow, K extends Slug<F>>(
  value: unknown,
): value is StepEvent<F, K> {
  const event = fieldsOf(value)
  return (
    'run_id' in event &&
    'step_slug' in event &&
    event.status !== FlowStepStatus.Created &&
    Object.values<unknown>(FlowStepStatus).includes(event.status)
  )
}

/** Whether it is that a step has started. */
export function isStepStartedEvent<F extends AnyFlow, K extends Slug<F>>(
  event: unknown,
): event is StepEventData<F, K>['started'] {
  return isStepEvent<F, K>(event) && event.event_type === 'step:started'
}

/** Whether it is that a step has completed. */
export function isStepCompletedEvent<F extends AnyFlow, K extends Slug<F>>(
  event: unknown,
): event is StepEventData<F, K>['completed'] {
  return isStepEvent<F, K>(event) && event.event_type === 'step:completed'
}

/** Whether it is that a step has failed. */
export function isStepFailedEvent<F extends AnyFlow, K extends Slug<F>>(
  event: unknown,
): event is StepEventData<F, K>['failed'] {
  return isStepEvent<F, K>(event) && event.event_type === 'step:failed'
}

/** Whether it is that a step was skipped. */
export function isStepSkippedEvent<F extends AnyFlow, K extends Slug<F>>(
  event: unknown,
): event is StepEventData<F, K>['skipped'] {
  return isStepEvent<F, K>(event) && event.event_type === 'step:skipped'
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

import type { RunJson } from '../../kernel/runs.ts'
import type { RunFailure } from '../../model/failure.ts'
import type { RunEvent } from '../../model/run-event.ts'
import type { Shapes } from './api.ts'

type Failure = NonNullable<Shapes['Failure']>

/** A run as run objects take it. */
export function readRun(run: Shapes['Run']): RunJson {
  const { failure } = run
  return { ...run, failure: failure && readFailure(failure) } as RunJson
}

/** Servers do not tell stacks: they name the workers' files. */
export function readFailure(failure: Failure): RunFailure {
  const { code, name, message, step_id, attempt, fingerprint } = failure
  return { code, name, message, stack: null, stepId: step_id, attempt, fingerprint }
}

/** An event of a stream. */
export function readEvent(json: string): RunEvent & { workflowId?: string } {
  const { run_id, workflow_id, step_id, error, ...rest } = JSON.parse(json) as Shapes['RunEvent']
  return {
    ...rest,
    runId: run_id,
    ...(workflow_id === undefined ? {} : { workflowId: workflow_id }),
    ...(step_id === undefined ? {} : { stepId: step_id }),
    ...(error ? { error: readFailure(error) } : {}),
  } as RunEvent & { workflowId?: string }
}

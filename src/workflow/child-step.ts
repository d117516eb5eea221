import type { Startable } from '../definition/startable.ts'
import type { ResolvedRetry } from '../model/backoff.ts'
import { parseDuration } from '../model/duration.ts'
import { ChildFailedError, DefinitionError, InvalidInputError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { decodePayload } from '../model/json.ts'
import type { Execution } from './execution.ts'
import { attempts, recordedEnd } from './run-step.ts'
import type { StepGroup } from './step-group.ts'
import type { ChildOptions } from './step-types.ts'

/** A child that a step starts. */
export type ChildStep = {
  readonly id: string
  readonly key: string
  readonly workflow: Startable
  readonly input: unknown
  readonly options: ChildOptions
  /** Of the start itself: the workflow may be registered a moment later. */
  readonly retry: ResolvedRetry
  /** What it is given up with. */
  readonly group: StepGroup | null
}

/**
 * What the journal says of a child: its number, the UUID under which people see it, that nobody waits for its end, and
 * what becomes of it when its parent ends, if it is not cancelled.
 */
type Child = {
  readonly run: string
  readonly id: string
  readonly detached?: true
  readonly wait?: true
  readonly abandon?: true
}
/** What the kernel says of a child that ended. */
type EndOfChild = { readonly status: 'c' | 'f' | 'x'; readonly output?: unknown }

/**
 * Starts a child and waits for its output.
 * @throws ChildFailedError; StepFailedError if it could not be started
 */
export async function invoke(x: Execution, step: ChildStep): Promise<unknown> {
  const { key } = step
  const { end, child: row, failures } = x.take(key, 'step.invoke', 'gcfe')
  // that it was started is no result: the end of the child is
  if (row && !end) x.skip(new Set([key]))
  const child = await startedChild(x, step, { end, row, failures }, false)
  if (child.wait && !end) x.children.keepOpen(key, child.run)
  step.group?.start(key, child.run)
  const message = end ?? (await x.wait({ key, name: `$child:${child.run}`, ms: null }))
  x.children.closed(key)
  await x.deliver(key)
  step.group?.ended(key)
  const { status, output } = decodePayload(message.data) as EndOfChild
  if (status === 'c') return output
  throw childFailed(step, child, status === 'f' ? (output as RunFailure) : null)
}

/** Starts a child and goes on. @throws StepFailedError if it could not be started */
export async function startWorkflow(x: Execution, step: ChildStep): Promise<{ id: string }> {
  const { end, child: row, failures } = x.take(step.key, 'step.startWorkflow', 'cfe')
  const { id, run, wait } = await startedChild(x, step, { end, row, failures }, true)
  if (wait) x.children.keepOpen(step.key, run)
  return { id }
}

type Recorded = {
  end: { kind: string; data: string | null } | null
  row: { data: string | null } | null
  failures: number
}

/**
 * The child as it is recorded, or started now: by the write that records it, so that there is never
 * one without the other.
 * @param ends that it was started is the end of the step, and waits for its turn
 * @throws StepFailedError
 */
async function startedChild(
  x: Execution,
  step: ChildStep,
  { end, row, failures }: Recorded,
  ends: boolean,
): Promise<Child> {
  const { id, key, retry } = step
  if (row) {
    if (ends) await x.deliver(key)
    return decodePayload(row.data) as Child
  }
  if (end) return (await recordedEnd(x, key, { kind: 'f', name: key, data: end.data })) as never
  const perform = async (): Promise<Child> => {
    const child = await prepare(x, step)
    if (step.group?.isOver) throw new Error('The step was given up.')
    const facts: Child = {
      run: child.start.id,
      id: child.id,
      ...(ends ? { detached: true } : {}),
      ...(step.options.parentClose === 'wait' ? { wait: true } : {}),
      ...(step.options.parentClose === 'abandon' ? { abandon: true } : {}),
    }
    x.startChild(child, { kind: 'c', name: key, data: JSON.stringify(facts) }, ends)
    // at once: who gives the group up a moment later must hear of it
    step.group?.start(key, child.start.id)
    return facts
  }
  const attempted = { id, key, retry, hooks: null, perform, ends }
  const run = step.group ? { ...attempted, group: step.group.aborting } : attempted
  return attempts(x, run, failures) as Promise<Child>
}

function prepare(x: Execution, { workflow, input, options, key }: ChildStep) {
  if (typeof workflow?.id !== 'string') {
    throw new DefinitionError(
      `Step "${key}" was given no workflow. Give a definition, or what createWorkflowRef makes.`,
    )
  }
  const { timeout, parentClose = 'cancel', ...rest } = options
  checkParentClose(key, parentClose)
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout)
  return x.host.prepareChild(workflow, input, {
    ...rest,
    parentClose,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}

/** @param failure null if it was cancelled */
function childFailed(
  { key, workflow }: ChildStep,
  child: Child,
  failure: RunFailure | null,
): ChildFailedError {
  const why = failure ? `failed: ${failure.message}` : 'was cancelled'
  return new ChildFailedError(`Child "${workflow.id}" (run ${child.id}) of step "${key}" ${why}.`, {
    runId: child.id,
    workflowId: workflow.id,
    details: { step: key, child: child.id, failure: { ...(failure ?? cancelled), stepId: key } },
  })
}

const cancelled: Omit<RunFailure, 'stepId'> = {
  code: 'MR053',
  name: 'RunCancelledError',
  message: 'The child was cancelled.',
  stack: null,
  attempt: 1,
  fingerprint: 'cancelled',
}

function checkParentClose(key: string, policy: string): void {
  if (['wait', 'cancel', 'abandon'].includes(policy)) return
  throw new InvalidInputError(
    `parentClose of step "${key}" is ${JSON.stringify(policy)}. Give 'wait', 'cancel' or 'abandon'.`,
    { details: { step: key } },
  )
}

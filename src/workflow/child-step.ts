import type { Startable } from '../definition/definition.ts'
import { parseDuration } from '../model/duration.ts'
import { ChildFailedError } from '../model/errors.ts'
import type { RunFailure } from '../model/failure.ts'
import { decodePayload } from '../model/json.ts'
import type { Execution } from './execution.ts'
import type { ChildOptions } from './step-types.ts'

/** What the journal says of a child: its number, the UUID under which people see it, and whether nobody waits for it. */
type Child = { readonly run: string; readonly id: string; readonly detached?: true }
/** What the kernel says of a child that ended. */
type Ended = { readonly status: 'c' | 'f' | 'x'; readonly output?: unknown }

/** Starts a child and waits for its output. @throws ChildFailedError */
export async function invoke(
  x: Execution,
  key: string,
  workflow: Startable,
  input: unknown,
  options: ChildOptions,
): Promise<unknown> {
  const { end, child: row } = x.journal.take(key, 'step.invoke', 'gc')
  const child = row
    ? (decodePayload(row.data) as Child)
    : await start(x, key, workflow, input, options, {})
  const message = end ?? (await x.wait({ key, name: `$child:${child.run}`, ms: null }))
  const { status, output } = decodePayload(message.data) as Ended
  if (status === 'c') return output
  const failure = status === 'f' ? (output as RunFailure) : null
  const why = failure ? `failed: ${failure.message}` : 'was cancelled'
  throw new ChildFailedError(`Child "${workflow.id}" (run ${child.id}) of step "${key}" ${why}.`, {
    runId: child.id,
    workflowId: workflow.id,
    details: {
      step: key,
      child: child.id,
      failure: failure ? { ...failure, stepId: key } : cancelled(key),
    },
  })
}

/** Starts a child and goes on. */
export async function startWorkflow(
  x: Execution,
  key: string,
  workflow: Startable,
  input: unknown,
  options: ChildOptions,
): Promise<{ id: string }> {
  const { child } = x.journal.take(key, 'step.startWorkflow', 'c')
  const { id } = child
    ? (decodePayload(child.data) as Child)
    : await start(x, key, workflow, input, options, { detached: true })
  return { id }
}

/** The child is started by the write that records it: there is never one without the other. */
async function start(
  x: Execution,
  key: string,
  workflow: Startable,
  input: unknown,
  options: ChildOptions,
  marks: { detached?: true },
): Promise<Child> {
  const { timeout, parentClose: _, ...rest } = options
  await x.begin(key)
  try {
    const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout)
    const child = await x.host.prepareChild(workflow, input, {
      ...rest,
      ...(timeoutMs ? { timeoutMs } : {}),
    })
    const facts: Child = { run: child.start.id, id: child.id, ...marks }
    x.startChild(child, { kind: 'c', name: key, data: JSON.stringify(facts) })
    return facts
  } finally {
    x.end(key)
  }
}

function cancelled(key: string): RunFailure {
  return {
    code: 'MR053',
    name: 'RunCancelledError',
    message: 'The child was cancelled.',
    stack: null,
    stepId: key,
    attempt: 1,
    fingerprint: 'cancelled',
  }
}

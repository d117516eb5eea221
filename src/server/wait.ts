import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { WorkflowRun } from '../client/workflow-run.ts'
import { parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { isTerminal } from '../model/status.ts'
import type { ServerEnv } from './server-parts.ts'

/** A request waits at most this long: proxies give up on silent ones after a minute. */
const MAX_WAIT_MS = 55_000

/** How long a request waits for the end of a run. */
export const waitQuery = {
  wait: z.string().max(32).optional().openapi({
    description: 'Waits so long for the end of the run, at most 55 s.',
    example: '30s',
  }),
}

/**
 * The run when it has ended, or as it is when the time is over, the caller has gone, or the server closes. All
 * requests that wait share one listener.
 * @throws InvalidInputError for what is no duration, or a longer one
 */
export async function afterWait(
  c: Context<ServerEnv>,
  run: WorkflowRun,
  wait: string | undefined,
): Promise<WorkflowRun> {
  if (wait === undefined) return run
  const timeout = checkWait(wait)
  if (isTerminal(run.status)) return run
  const signal = AbortSignal.any([c.req.raw.signal, c.var.parts.closing])
  await c.var.client.awaitEnd({ runId: run.id, timeout, signal })
  return run.refresh()
}

/** @throws InvalidInputError */
export function checkWait(wait: string): number {
  const ms = parseDuration(wait)
  if (ms <= MAX_WAIT_MS) return ms
  throw new InvalidInputError(
    `wait=${wait} is longer than a request may wait, which is 55 s. Ask again when the answer says that the run goes on.`,
    { issues: [{ message: 'It is longer than 55 s.', path: ['query', 'wait'] }] },
  )
}

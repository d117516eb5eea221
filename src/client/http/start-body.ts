import { isSignal } from '../../definition/signal.ts'
import { type Duration, parseDuration } from '../../model/duration.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import { validate } from '../../model/schema.ts'
import { type StartOptions, type StartSignal, startOptionNames } from '../start-options.ts'
import type { Given } from './transport.ts'

/** The options of a start, as they are sent. */
export type StartBody = Omit<Given<'startRun'>['body'], 'workflow_id' | 'input'>

/** @throws InvalidInputError, also (MR003) for a `tx` */
export async function startBody(options: StartOptions = {}): Promise<StartBody> {
  checkOptionNames('a start', options, startOptionNames)
  refuseTx('a start', options)
  const { delay, startWithin, timeout, signal } = options
  return {
    resource_id: options.resourceId,
    idempotency_key: options.idempotencyKey,
    run_id: options.runId,
    version: options.version,
    queue: options.queue,
    priority: options.priority,
    tags: options.tags,
    attributes: options.attributes,
    retries: options.retries,
    delay: duration(delay),
    start_within: duration(startWithin),
    timeout: duration(timeout),
    signal: signal && (await signalBody(signal)),
  }
}

async function signalBody(given: StartSignal): Promise<NonNullable<StartBody['signal']>> {
  const { data, dedupeId } = given
  const signal = 'signal' in given ? given.signal : null
  if (isSignal(signal) && signal.schema)
    await validate(signal.schema, data, `the data of signal "${signal.name}"`)
  const event_name = isSignal(signal) ? signal.name : (given as { eventName: string }).eventName
  return { event_name, data, dedupe_id: dedupeId }
}

/** A duration as it is sent. @throws InvalidInputError */
export function duration(given: Duration | undefined): number | undefined {
  return given === undefined ? undefined : parseDuration(given)
}

/**
 * A transaction is of a connection to the database.
 * @throws InvalidInputError (MR003)
 */
export function refuseTx(what: string, options: { tx?: unknown } | undefined): void {
  if (options?.tx === undefined) return
  throw new InvalidInputError(
    `${what} was given a tx: over HTTP it cannot be in your transaction. Leave it out, or use a WorkflowClient, which is connected to the database.`,
    { code: 'MR003' },
  )
}

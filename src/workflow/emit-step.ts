import { type EmissionOptions, prepareEmission } from '../definition/emission.ts'
import { type Event, isEvent } from '../definition/event.ts'
import type { ResolvedRetry } from '../model/backoff.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { Execution } from './execution.ts'
import { attempts, recordedEnd } from './run-step.ts'

/** An event that a step emits. */
export type EmitStep = {
  readonly id: string
  readonly key: string
  readonly event: Event
  readonly data: unknown
  readonly options: EmissionOptions
  /** Of the emission: the database may be away for a moment. */
  readonly retry: ResolvedRetry
}

/**
 * Emits an event once: in the transaction that writes into the journal that it was.
 * @throws StepFailedError for data that do not fit, or a key that is none
 */
export async function emitEvent(x: Execution, step: EmitStep): Promise<void> {
  const { id, key, retry } = step
  const { end, failures } = x.take(key, 'step.emitEvent', 'rfe')
  const perform = async (): Promise<void> => {
    const emission = await prepare(step)
    const event = { id: await x.host.drawEventId(), ...emission }
    if (!x.over) x.record({ kind: 'r', name: key, data: null }, { event })
  }
  if (end) await recordedEnd(x, key, end)
  else await attempts(x, { id, key, retry, hooks: null, perform }, failures)
}

async function prepare({ key, event, data, options }: EmitStep) {
  if (isEvent(event)) return prepareEmission(event, data, options)
  throw new InvalidInputError(
    `Step "${key}" was given no event. Make it with defineEvent; its key is among the options.`,
    { details: { step: key } },
  )
}

import { RunCancelledError, RunFailedError, StepFailedError } from '../../model/errors.ts'
import type { RunFailure } from '../../model/failure.ts'
import type { Item } from './event-queue.ts'
import type { LiveSource } from './live-source.ts'

export type StreamOptions = {
  signal?: AbortSignal | undefined
  /**
   * An attempt has begun anew: what was given before is of no use, and the chunks come again from the first on. Without this
   * they come all the same.
   */
  onReset?: (() => void) | undefined
}

/**
 * The chunks of a step, as they come. Of a step.stream all of them: those that were missed are taken from its stored output
 * once it has ended, so that who comes late gets them too. What ctx.write gave is not stored.
 * @throws StepFailedError, RunFailedError, RunCancelledError
 */
export async function* streamChunks(
  live: LiveSource,
  id: string,
  step: string,
  { signal, onReset }: StreamOptions = {},
): AsyncGenerator<unknown, void> {
  let next = 0
  let attempt = 0
  let stored: boolean | null = null
  // of a stream that is stored: what was given of this attempt
  let given: unknown[] = []
  // those that came before the ones that were missed
  const early = new Map<number, unknown>()
  for await (const item of live.items(id, { signal, logs: false })) {
    const { event } = item
    if (event.stepId !== step) {
      refuseEnd(item, id)
      continue
    }
    // what is live may be missed, and with it that an attempt began anew
    if (event.type === 'reset' || (event.attempt ?? 0) > attempt) {
      const begunAnew = next > 0
      attempt = Math.max(attempt, event.attempt ?? 0)
      next = 0
      given = []
      early.clear()
      if (begunAnew) onReset?.()
    }
    if (event.type === 'chunk') {
      stored = item.stored === true
      const index = item.index ?? 0
      if (!stored) {
        next = index + 1
        yield event.data
      } else if (index === next) {
        early.set(index, event.data)
        for (; early.has(next); next++) {
          given.push(take(early, next))
          yield given.at(-1)
        }
      } else if (index > next) early.set(index, event.data)
    }
    if (event.type === 'step:failed')
      throw new StepFailedError(`Step "${step}" failed: ${event.error?.message}`, {
        runId: id,
        details: { failure: event.error },
      })
    if (event.type === 'step:completed') {
      if (stored === false || !Array.isArray(event.output)) return
      const { output } = event
      // an attempt may have begun anew, or a worker died, and nothing was heard of it
      const goesOn = given.every((chunk, i) => JSON.stringify(chunk) === JSON.stringify(output[i]))
      if (!goesOn) onReset?.()
      yield* goesOn ? output.slice(given.length) : output
      return
    }
    if (event.type === 'step:skipped' || event.type === 'step:cancelled') return
  }
}

function take(early: Map<number, unknown>, index: number): unknown {
  const chunk = early.get(index)
  early.delete(index)
  return chunk
}

/** The run has ended, and the step has not. */
function refuseEnd({ event }: Item, id: string): void {
  if (event.type === 'failed') {
    const failure = event.error as RunFailure
    throw new RunFailedError(`Run ${id} failed: ${failure.message}`, {
      ...{ runId: id, failure, details: { failure } },
    })
  }
  if (event.type === 'cancelled')
    throw new RunCancelledError(`Run ${id} was cancelled.`, { runId: id })
}

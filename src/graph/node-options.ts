import type { RetryOptions } from '../model/backoff.ts'
import type { StepOptions } from '../workflow/step-types.ts'
import type { PlannedNode } from './document/index.ts'
import type { Place } from './place.ts'

/** How the call of a node is tried, and how long it may take. */
export function optionsOf({ retry, timeoutMs }: PlannedNode, place: Place): StepOptions {
  const tries = retryOf(retry, place)
  return {
    ...(tries === undefined ? {} : { retry: tries }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  }
}

/** What a node says of retry, over what the blocks around it say. */
export function retryOf(retry: RetryOptions | undefined, place: Place): RetryOptions | undefined {
  if (retry === undefined || place.retry === undefined) return retry ?? place.retry
  return { ...place.retry, ...retry }
}

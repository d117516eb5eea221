import { LimitError } from '../model/errors.ts'
import { MAX_JOURNAL_BYTES } from '../model/limits.ts'

/** The history of a run has more rows than its workflow allows. */
export function tooManyRows(maxSteps: number): LimitError {
  return new LimitError(
    `The run has more than ${maxSteps} journal rows. Raise maxSteps, or split the workflow into children.`,
    { code: 'MR022', details: { limit: maxSteps } },
  )
}

/** It would have more bytes than any run may have. */
export function tooManyBytes(): LimitError {
  const megabytes = MAX_JOURNAL_BYTES / 1024 / 1024
  return new LimitError(
    `The history of the run would have more than ${megabytes} MiB. Store large values elsewhere and keep references, or split the workflow into children.`,
    { code: 'MR022', details: { limitBytes: MAX_JOURNAL_BYTES } },
  )
}

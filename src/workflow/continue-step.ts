import { checkName } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { type Schema, validate } from '../model/schema.ts'
import type { Execution } from './execution.ts'
import { forever } from './forever.ts'

/** How a run continues as another. */
export type ContinueOptions = {
  /** Of the workflow. Default: the one that a start by name would take, so that long chains get new code. */
  version?: string
}

/** As the run does until its successor is ready to be started. */
const CONTINUE = '$continue'

/** Under which the journal keeps that the run was told to continue as new: `$suggested`, `$suggested#2`. */
const SUGGESTED = '$suggested'

/**
 * Ends the run, and starts another of its workflow where it ends: one write, both or neither.
 * @throws InvalidInputError, PayloadError for an input that the workflow does not take
 */
export async function continueAsNew(
  x: Execution,
  schema: Schema | undefined,
  input: unknown,
  options: ContinueOptions = {},
): Promise<never> {
  checkOptionNames('step.continueAsNew', options, { version: true })
  const { version } = options
  if (version !== undefined) checkName('version', version)
  const start = x.begin(CONTINUE)
  if (start) await start
  try {
    const what = `the input of workflow "${x.lease.workflowId}"`
    if (schema) await validate(schema, input, what)
    const successor = await x.host.prepareSuccessor(input, options)
    x.settle({ ok: true, output: null, successor })
  } finally {
    x.end(CONTINUE)
  }
  return forever<never>()
}

/**
 * Whether the history has come near its limit. An answer of yes is recorded; without one the answer was no for a
 * run that went on, and a run that comes here for the first time looks at its history.
 */
export async function continueAsNewSuggested(x: Execution): Promise<boolean> {
  const key = x.key(SUGGESTED)
  if (x.journal.patch(key) === true) return true
  if (x.behind || !x.isLong) return false
  x.journal.decide(key, true)
  x.record({ kind: 'm', name: key, data: 'true' })
  return true
}

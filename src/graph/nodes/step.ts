import { NonRetryableError } from '../../model/errors.ts'
import { copyPlain } from '../../model/json.ts'
import { callDefined } from '../../workflow/call-defined.ts'
import type { StepContext, StepDefinition } from '../../workflow/step-types.ts'
import { fieldOf } from '../evaluate-node.ts'
import { optionsOf } from '../node-options.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import { withCode } from '../run-evaluation.ts'

/** Calls a step that is registered in code; what the node says of retry and time wins over what the step says. */
export const step: Perform = async (node, place) => {
  const { step: name } = node.node.config as ConfigOf<'step'>
  const named = place.engine.surroundings.steps.get(name) as StepDefinition | undefined
  const call = (ctx: StepContext) => {
    if (named === undefined) throw notRegistered(name)
    return callDefined(named, copyPlain(withCode(() => fieldOf(node, 'input', place))), ctx)
  }
  const { retry, timeout } = named?.options ?? {}
  const options = {
    ...(retry === undefined ? {} : { retry }),
    ...(timeout === undefined ? {} : { timeout }),
    ...optionsOf(node, place),
  }
  const run = () => place.steps.run(node.id, call, options)
  return { output: await place.gate.pass(run, place.engine.givenUp) }
}

function notRegistered(name: string): Error {
  const error = new NonRetryableError(
    `There is no step "${name}" in this process. Give it to the engine: steps: [ … ]; "millrace worker" has those that workflow files export.`,
  )
  return Object.assign(error, { code: 'UNKNOWN_STEP' })
}

import { fieldOf, fieldTextOf } from '../evaluate-node.ts'
import type { Perform } from '../node-result.ts'
import { runEvaluation } from '../run-evaluation.ts'

/** Makes a value of others. In documents of the Workflow Automation Engine it is always a text. */
export const transform: Perform = async (node, place) => {
  const evaluate = place.plan.dialect === 'wae' ? fieldTextOf : fieldOf
  const output = await runEvaluation(node, place, () => ({
    result: evaluate(node, 'expression', place),
  }))
  return { output }
}

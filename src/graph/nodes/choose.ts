import { chooseBranch } from '../document/index.ts'
import { fieldOf } from '../evaluate-node.ts'
import type { Perform } from '../node-result.ts'
import { runEvaluation } from '../run-evaluation.ts'

/** A condition or a switch: the nodes of the branches that it does not take are skipped. */
export const choose: Perform = async (node, place) => {
  const output = await runEvaluation(node, place, () => {
    const value = fieldOf(node, 'expression', place)
    const { branch, steps } = chooseBranch(node, value)
    return {
      result: node.type === 'condition' ? branch === 'true' : value,
      branch,
      branch_steps: steps,
    }
  })
  const taken = chooseBranch(node, output.result)
  return { output, untaken: taken.skipped }
}

import { NonRetryableError } from '../model/errors.ts'
import type { PlannedNode } from './document/index.ts'
import { ExpressionError } from './expression/index.ts'
import { messageOf } from './node-error.ts'
import { optionsOf } from './node-options.ts'
import type { Place } from './place.ts'

/**
 * Runs a node that evaluates and does nothing else: its value is recorded, and evaluated no second time.
 * @throws StepFailedError
 */
export function runEvaluation<T>(node: PlannedNode, place: Place, evaluate: () => T): Promise<T> {
  const call = () => withCode(evaluate)
  return place.engine.compute(node.id, call, optionsOf(node, place)) as Promise<T>
}

/** An expression that failed once fails always. @throws NonRetryableError of code EXPRESSION_ERROR */
export function withCode<T>(evaluate: () => T): T {
  try {
    return evaluate()
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const final = new NonRetryableError(messageOf(error), { cause: error })
    throw Object.assign(final, { name: error.name, code: 'EXPRESSION_ERROR' })
  }
}

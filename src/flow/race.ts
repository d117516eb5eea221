import { allFailed } from '../workflow/also-failed.ts'
import { engineSteps } from '../workflow/engine-steps.ts'
import type { FlowHandler, FlowStep } from './flow-step.ts'
import { callOf, optionsOf } from './handler-call.ts'
import type { Place } from './place.ts'

/**
 * Runs the branches beside each other; the first that succeeds wins, and the others are aborted and given up.
 * @throws StepFailedError of the last one, if all fail; it knows the others
 */
export function raceBranches(
  step: FlowStep,
  branches: Readonly<Record<string, FlowHandler>>,
  given: unknown,
  place: Place,
): Promise<{ winner: string; output: unknown }> {
  return new Promise((resolve, reject) => {
    const errors: unknown[] = []
    const runners = Object.entries(branches).map(([name, handler]) => {
      const { steps, giveUp } = place.engine.group()
      const engine = engineSteps(steps)
      const call = callOf(step, given, { ...place, steps, engine }, handler)
      return { name, giveUp, run: () => engine.branch(step.id, name, call, optionsOf(step, place)) }
    })
    for (const { name, run } of runners) {
      run().then(
        (output) => {
          for (const other of runners) {
            if (other.name !== name)
              other.giveUp(new Error(`Branch "${name}" of race "${step.id}" has won.`))
          }
          resolve({ winner: name, output })
        },
        (error: unknown) => {
          if (errors.push(error) === runners.length) reject(allFailed(errors))
        },
      )
    }
  })
}

import type { Definition } from '../../definition/definition.ts'
import { definedSteps } from '../../workflow/define-step.ts'
import { makeGraph } from '../define-graph.ts'
import { planGraph } from '../document/index.ts'
import { composeDocument } from './compose-document.ts'
import type { Part } from './parts.ts'

/**
 * A workflow of registered steps, put together at run time: one after the other, each with what the one before gave.
 * The first gets the input of the run, the run gives what the last gave. `sequence`, `parallel`, `race`, `branch`
 * and `loop` put together more.
 * @param parts steps, or their names: of those that `defineStep` has made by now
 * @throws DefinitionError (MR030) at once, with every unknown name and whatever else is wrong
 * @example const onCall = compose('on call', ['page', parallel('mail', 'ring'), branch('input.b1.answered', 'note')])
 */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and gives is known when it runs
export function compose(name: string, parts: readonly Part[]): Definition<any, any> {
  return makeGraph(planGraph(composeDocument(name, parts, definedSteps())))
}

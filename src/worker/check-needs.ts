import type { Definition } from '../definition/definition.ts'
import type { Surroundings } from '../definition/surroundings.ts'
import { DefinitionError } from '../model/errors.ts'
import { nearest } from '../model/nearest.ts'

/** @throws DefinitionError that names the steps and statements that a graph calls and the engine does not have */
export function checkNeeds({ id, needs }: Definition, has: Surroundings): void {
  if (needs === undefined) return
  const issues = [
    ...missing('step', needs.steps, [...has.steps.keys()]),
    ...missing('statement', needs.statements, Object.keys(has.statements)),
  ]
  if (issues.length === 0) return
  const list = issues.map(({ message }) => message).join(' ')
  throw new DefinitionError(`Workflow "${id}" calls what this engine does not have: ${list}`, {
    workflowId: id,
    issues,
  })
}

function missing(what: 'step' | 'statement', names: readonly string[], known: readonly string[]) {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const [guess] = nearest(name, known)
      const meant = guess === undefined ? '' : ` Did you mean "${guess}"?`
      const message = `There is no ${what} "${name}".${meant} Give it to the engine: ${what}s.`
      return { code: what === 'step' ? 'UNKNOWN_STEP' : 'UNKNOWN_STATEMENT', message, path: name }
    })
}

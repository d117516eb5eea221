import { below } from '../../graph/document/pointer.ts'
import { checkTemplates } from './expressions.ts'
import type { MachineAction } from './machine-document.ts'
import type { Problems } from './problems.ts'

/** What each kind of action has beside its own key. */
const parts = { start: ['input'], signal: ['run_id', 'data'], webhook: ['data'] } as const
const kinds = ['start', 'signal', 'webhook'] as const

/** Checks the rules about several fields of actions, and their templates. @param owner as messages name it */
export function checkActions(
  actions: readonly MachineAction[] | undefined,
  pointer: string,
  owner: string,
  problems: Problems,
): void {
  for (const [i, action] of (actions ?? []).entries()) {
    const at = below(pointer, i)
    const where = `action ${i + 1} of ${owner}`
    const has = kinds.filter((kind) => isThere(action[kind]))
    const [kind] = has
    if (kind === undefined || has.length > 1) {
      const what = kind === undefined ? 'none' : has.join(' and ')
      const message = `The ${where} has ${what} of start, signal and webhook, but must have one of them. Make it one action each.`
      problems.add('VALIDATION_ERROR', at, message)
      continue
    }
    const takes: readonly string[] = parts[kind]
    for (const name of ['input', 'run_id', 'data'] as const) {
      if (!(name in action) || takes.includes(name)) continue
      if (action[name] === null && name === 'run_id') continue
      const message = `The ${where} has ${name}, which a ${kind} does not take. Take it out.`
      problems.add('VALIDATION_ERROR', below(at, name), message)
    }
    if (kind === 'signal' && !isThere(action.run_id)) {
      const message = `The ${where} has no run_id: a signal goes to a run. Add it, such as "{{ metadata.run_id }}".`
      problems.add('VALIDATION_ERROR', at, message)
    }
    for (const name of ['input', 'run_id', 'data'] as const)
      checkTemplates(action[name], below(at, name), `${name} of the ${where}`, problems)
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

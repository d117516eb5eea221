import { InvalidInputError } from '../model/errors.ts'
import { decodePayload } from '../model/json.ts'
import type { StartRules } from '../model/start-rules.ts'
import { type KeyValues, keysAt } from './limit-keys.ts'

/** The rules that a start follows, with the values at their paths in its input. */
export type RulesOfStart = StartRules<KeyValues>

/**
 * What the rules of a definition are for one start: what SQL does as rule_meta.
 * A child is awaited by its parent, so it must be a run of its own: only the rule of a singleton holds, and such a
 * child is made and fails at once.
 * @param input JSON text, as it is stored
 * @throws InvalidInputError for a path that leads nowhere, or to an object or array
 */
export function rulesOfStart(
  workflow: string,
  rules: StartRules | undefined,
  input: string | null,
  isChild: boolean,
): { rules?: RulesOfStart } {
  if (rules === undefined) return {}
  const { singleton } = rules
  if (isChild && singleton === undefined) return {}
  const held: StartRules =
    isChild && singleton ? { singleton: { ...singleton, on: 'fail' } } : rules
  const value = decodePayload(input)
  const entries = Object.entries(held).map(([name, rule]) => {
    return [name, { ...rule, key: keysAt(workflow, rule.key, value) }]
  })
  return { rules: Object.fromEntries(entries) as RulesOfStart }
}

/**
 * The input of a start as it is stored: of a batch an array, as the first of it.
 * @throws InvalidInputError for what a start cannot have that has no run of its own
 */
export function inputOfStart(
  workflow: string,
  rules: StartRules | undefined,
  input: string | null,
  options: { idempotencyKey?: string; runId?: string; delay?: unknown; parent?: string },
): string | null {
  if (rules?.batch === undefined) return input
  const own = options.parent === undefined
  const given = (['idempotencyKey', 'runId', 'delay'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (own && given !== undefined)
    throw new InvalidInputError(
      `The start of "${workflow}" has ${given}, but goes into a batch, and has no run of its own. Leave it out.`,
      { workflowId: workflow, details: { option: given } },
    )
  return `[${input ?? 'null'}]`
}

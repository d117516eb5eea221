import type { Json } from '../../model/json.ts'
import { describeValue } from '../../model/text.ts'
import { diffObjects, type JsonObject } from './diff-values.ts'

/**
 * What is different in another document of a machine, in words, one change a line; nothing if they do the same.
 * @param before documents that are right
 * @example diffMachines(stored, young) // ['state "paid" added', 'transition "close": to: "done", now "closed"']
 */
export function diffMachines(before: Json, after: Json): string[] {
  const [old, young] = [before as JsonObject, after as JsonObject]
  const part = (one: JsonObject, key: string) => (one[key] ?? {}) as JsonObject
  return [
    ...diffObjects(part(old, 'workflow'), part(young, 'workflow'), 'workflow.', []),
    ...diffLists('state', namesOf(old.states, stateName), namesOf(young.states, stateName)),
    ...diffLists(
      'transition',
      namesOf(old.transitions, wayName),
      namesOf(young.transitions, wayName),
    ),
  ]
}

function stateName({ name }: JsonObject): string {
  return describeValue(name)
}

/** The same name may leave several states, and is then told apart by them. */
function wayName({ name, from, to }: JsonObject): string {
  return (
    describeValue(name ?? `transition_to_${to}`) +
    (from === '*' ? '' : ` from ${[from].flat().join(', ')}`)
  )
}

function namesOf(
  list: Json | undefined,
  nameOf: (one: JsonObject) => string,
): Map<string, JsonObject> {
  const all = (Array.isArray(list) ? list : []) as JsonObject[]
  return new Map(all.map((one) => [nameOf(one), one]))
}

function diffLists(
  what: string,
  old: ReadonlyMap<string, JsonObject>,
  young: ReadonlyMap<string, JsonObject>,
): string[] {
  const lines: string[] = []
  for (const name of old.keys()) if (!young.has(name)) lines.push(`${what} ${name} removed`)
  for (const [name, one] of young) {
    const known = old.get(name)
    if (!known) lines.push(`${what} ${name} added`)
    else
      lines.push(
        ...diffObjects(known, one, '', ['name', 'from']).map((line) => `${what} ${name}: ${line}`),
      )
  }
  return lines
}

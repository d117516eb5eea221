import { encodePayload } from '../model/json.ts'
import { checkName } from '../model/names.ts'
import type { Execution } from './execution.ts'

/** Under which the journal keeps what a run published: `$set:progress`, `$set:progress#2`. */
const STATE = '$set:'

/** The step id of publishing a value. @throws InvalidInputError for a name that is none */
export function stateId(name: string): string {
  return `${STATE}${checkName('name of a published value', name)}`
}

/** Publishes a value of the run: the last one of its name is what others see. */
export async function publish(
  x: Execution,
  key: string,
  name: string,
  value: unknown,
): Promise<void> {
  const { end } = x.take(key, 'step.set', 's')
  if (!end) {
    const data = encodePayload(value, { what: `the published value "${name}"` })
    x.record({ kind: 's', name: key, data })
  }
  await x.deliver(key)
}

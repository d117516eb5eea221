import { NonRetryableError } from '../model/errors.ts'
import type { PlannedNode } from './document/index.ts'
import type { Secrets } from './evaluate-node.ts'
import type { Place } from './place.ts'
import { secretsReadBy } from './reads.ts'

/**
 * The secrets that a node reads, looked up anew for each attempt: one that was changed is the new one.
 * @throws NonRetryableError that names those that there are not; what looking up throws
 */
export async function readSecrets(node: PlannedNode, { engine }: Place): Promise<Secrets> {
  const names = secretsReadBy(node)
  const { surroundings, tenant } = engine
  const values = await Promise.all(names.map((name) => surroundings.secret(name, tenant)))
  const missing = names.filter((_, i) => values[i] === undefined)
  if (missing.length > 0) {
    const error = new NonRetryableError(
      `There is no secret ${missing.map((name) => `"${name}"`).join(', ')}. Give it to the engine: secrets: { … }, or put it: millrace secrets put; "millrace worker" reads MILLRACE_SECRET_… of its environment, too.`,
    )
    throw Object.assign(error, { code: 'UNKNOWN_SECRET' })
  }
  return Object.fromEntries(names.map((name, i) => [name, values[i] as string]))
}

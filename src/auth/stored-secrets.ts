import { readSecret } from '../kernel/access.ts'
import type { Database } from '../kernel/database.ts'
import { SecretBox } from './secret-box.ts'

/**
 * Looks up the secrets that tenants have put, for the option `secrets` of an engine: nodes of graphs read them as
 * `secrets.<name>`. Each look is a query, so a secret that was changed is the new one at the next attempt.
 * @throws InvalidInputError for what is no key; looking up, for a secret that none of the keys opens
 * @example const engine = new WorkflowEngine({ pool, secrets: storedSecrets({ db }, key) })
 */
export function storedSecrets(
  { db }: { readonly db: Database },
  keys: string | readonly string[] | SecretBox,
): (name: string, of: { tenant: string }) => Promise<string | undefined> {
  const box = keys instanceof SecretBox ? keys : new SecretBox(keys)
  return async (name, { tenant }) => {
    const sealed = await readSecret(db, tenant, name)
    return sealed === null ? undefined : box.open({ tenant, name }, sealed)
  }
}

import type { SecretBox } from '../auth/secret-box.ts'
import { readSecret } from '../kernel/access.ts'
import * as kernel from '../kernel/administration.ts'
import { InvalidInputError, WorkflowRunNotFoundError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** What is told of a secret: never its value. */
export type SecretEntry = {
  name: string
  /** The key that it is encrypted under, by the first digits of its hash. */
  key: string
  createdAt: Date
  changedAt: Date
  changedBy: string
}

/** Encrypted anew at each sending, which does no harm. */
export async function putOneSecret(
  session: Session,
  name: string,
  value: string,
  p: { by?: string },
): Promise<void> {
  checkOptionNames('putSecret', p, { by: true })
  const sealed = boxOf(session).seal({ tenant: session.tenantSlug, name }, value)
  const options = session.options({ by: p.by })
  await untilHeard(() => kernel.putSecret(session.db, name, sealed, options))
}

export async function listSecrets(
  session: Session,
  p: { limit?: number; startingAfter?: string | null },
): Promise<Page<SecretEntry>> {
  checkOptionNames('getSecrets', p, { limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const options = session.options({ limit: limit + 1, after: p.startingAfter })
  const found = (await kernel.getSecrets(session.db, options)).map((row) => ({
    ...{ name: row.name, key: row.key, createdAt: row.created_at, changedAt: row.changed_at },
    changedBy: row.changed_by,
  }))
  return pageOf(found, limit, p.startingAfter, ({ name }) => name)
}

/** After a lost reply it may be gone already. */
export async function deleteOneSecret(
  session: Session,
  p: { name: string; by?: string },
): Promise<void> {
  checkOptionNames('deleteSecret', p, { name: true, by: true })
  const options = session.options({ by: p.by })
  await untilHeard(async (lost) => {
    try {
      await kernel.deleteSecret(session.db, p.name, options)
    } catch (error) {
      if (!lost || !(error instanceof WorkflowRunNotFoundError)) throw error
    }
  })
}

/** One that is put meanwhile is encrypted under the first key already, and is left alone. */
export async function resealAll(
  session: Session,
  p: { by?: string },
): Promise<{ resealed: number }> {
  checkOptionNames('resealSecrets', p, { by: true })
  const box = boxOf(session)
  let resealed = 0
  for (let after: string | null = null; ; ) {
    const page: Page<SecretEntry> = await listSecrets(session, { limit: 100, startingAfter: after })
    for (const { name } of page.items.filter(({ key }) => key !== box.keyId)) {
      const of = { tenant: session.tenantSlug, name }
      const was = await readSecret(session.db, of.tenant, name)
      if (was === null) continue
      const options = session.options({ was, by: p.by })
      const sealed = box.seal(of, box.open(of, was))
      if (await untilHeard(() => kernel.putSecret(session.db, name, sealed, options))) resealed++
    }
    if (page.nextCursor === null) return { resealed }
    after = page.nextCursor
  }
}

function boxOf({ secretBox }: Session): SecretBox {
  if (secretBox !== null) return secretBox
  throw new InvalidInputError(
    'There is no key to encrypt secrets with. Give the client secretsKey: 32 random bytes as base64 (openssl rand -base64 32); workers need the same.',
  )
}

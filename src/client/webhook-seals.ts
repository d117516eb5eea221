import type { SecretBox } from '../auth/secret-box.ts'
import { getWebhookSeals, resealWebhook } from '../kernel/webhooks.ts'
import { secretOf } from '../webhook/index.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Encrypts the secrets of webhooks under the first key. @returns how many were under another */
export async function resealWebhooks(session: Session, box: SecretBox): Promise<number> {
  const tenant = await session.tenant()
  const seals = await getWebhookSeals(session.db, tenant)
  const others = seals.filter(({ sealed }) => !sealed.startsWith(`v1.${box.keyId}.`))
  let resealed = 0
  for (const { id, webhook, sealed: was } of others) {
    const of = secretOf(session.tenantSlug, webhook)
    const sealed = box.seal(of, box.open(of, was))
    const send = () => resealWebhook(session.db, tenant, { id, was, sealed })
    if (await untilHeard(send)) resealed++
  }
  return resealed
}

import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** A tenant as sql/functions/tenant/tenant_json.sql gives it. */
export type TenantJson = {
  slug: string
  name: string
  created_at: string
  suspended_at: string | null
  suspend_reason: string | null
  deleting_at: string | null
}

/** A key as sql/functions/key/key_json.sql gives it. */
export type KeyJson = {
  id: string
  name: string
  scopes: string[]
  created_at: string
  created_by: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** A member as sql/functions/member/member_json.sql gives it. */
export type MemberJson = {
  subject: string
  email: string | null
  name: string | null
  roles: string[]
  created_at: string
  changed_at: string
}

/** What is told of a secret. @see sql/functions/secret/get_secrets.sql */
export type SecretRow = {
  name: string
  key: string
  created_at: Date
  changed_at: Date
  changed_by: string
}

/** What somebody did; `id` is null in the row that only says how far was looked. @see sql/functions/audit/get_audit.sql */
export type AuditRow = {
  id: string | null
  at: Date
  subject: string
  action: string
  target: string | null
  detail: unknown
  last_seen: string | null
}

/** @see sql/functions/quota/get_quotas.sql */
export type QuotaRow = { kind: string; most: number | null; own: boolean; used: number | null }

/** The one value of the one row. */
async function one<T>(db: Database, text: string, values: unknown[]): Promise<T> {
  const rows = await db.call<{ value: T }>(text, values)
  return rows[0]?.value as T
}

async function all<T>(db: Database, text: string, options: SqlOptions): Promise<T[]> {
  return (await db.call<{ value: T }>(text, [options])).map(({ value }) => value)
}

/** @see sql/functions/tenant/register_tenant.sql */
export function registerTenant(
  db: Database,
  slug: string,
  options: SqlOptions,
): Promise<TenantJson & { key?: KeyJson }> {
  return one(db, 'select millrace.register_tenant($1, $2) as value', [slug, options])
}

/** @see sql/functions/tenant/get_tenant.sql */
export function getTenant(db: Database, options: SqlOptions): Promise<TenantJson> {
  return one(db, 'select millrace.get_tenant($1) as value', [options])
}

/** @see sql/functions/tenant/get_tenants.sql */
export function getTenants(db: Database, options: SqlOptions): Promise<TenantJson[]> {
  return all(db, 'select tenant as value from millrace.get_tenants($1)', options)
}

const steering = {
  suspend: 'select millrace.suspend_tenant($1, $2) as value',
  resume: 'select millrace.resume_tenant($1, $2) as value',
}

/** Suspends a tenant, or lets it go on. */
export function steerTenant(
  db: Database,
  verb: 'suspend' | 'resume',
  slug: string,
  options: SqlOptions,
): Promise<TenantJson> {
  return one(db, steering[verb], [slug, options])
}

/** One batch of it. @see sql/functions/tenant/delete_tenant.sql */
export function deleteTenant(
  db: Database,
  slug: string,
  options: SqlOptions,
): Promise<{ done: boolean; deleted: number; place: string | null }> {
  return one(db, 'select millrace.delete_tenant($1, $2) as value', [slug, options])
}

/** One page. @see sql/functions/tenant/export_tenant.sql */
export async function exportTenant(
  db: Database,
  options: SqlOptions,
): Promise<{ cursor: string | null; lines: string[] }> {
  const text = 'select cursor, lines from millrace.export_tenant($1)'
  const rows = await db.call<{ cursor: string | null; lines: string[] }>(text, [options])
  return rows[0] ?? { cursor: null, lines: [] }
}

/** @see sql/functions/quota/put_quota.sql */
export async function putQuota(
  db: Database,
  kind: string,
  most: number | null,
  options: SqlOptions,
): Promise<void> {
  await db.call('select millrace.put_quota($1, $2, $3)', [kind, most, options])
}

/** @see sql/functions/quota/get_quotas.sql */
export async function getQuotas(db: Database, options: SqlOptions): Promise<QuotaRow[]> {
  return db.call<QuotaRow>(
    'select kind, most::float8, own, used::float8 from millrace.get_quotas($1)',
    [options],
  )
}

/** @see sql/functions/key/create_key.sql */
export function createKey(db: Database, name: string, options: SqlOptions): Promise<KeyJson> {
  return one(db, 'select millrace.create_key($1, $2) as value', [name, options])
}

/** @see sql/functions/key/get_keys.sql */
export function getKeys(db: Database, options: SqlOptions): Promise<KeyJson[]> {
  return all(db, 'select key as value from millrace.get_keys($1)', options)
}

/** @see sql/functions/key/revoke_key.sql */
export function revokeKey(db: Database, id: string, options: SqlOptions): Promise<KeyJson> {
  return one(db, 'select millrace.revoke_key($1, $2) as value', [id, options])
}

/** @see sql/functions/member/put_member.sql */
export function putMember(db: Database, subject: string, options: SqlOptions): Promise<MemberJson> {
  return one(db, 'select millrace.put_member($1, $2) as value', [subject, options])
}

/** @see sql/functions/member/get_members.sql */
export function getMembers(db: Database, options: SqlOptions): Promise<MemberJson[]> {
  return all(db, 'select member as value from millrace.get_members($1)', options)
}

/** @see sql/functions/member/remove_member.sql */
export async function removeMember(
  db: Database,
  subject: string,
  options: SqlOptions,
): Promise<void> {
  await db.call('select millrace.remove_member($1, $2)', [subject, options])
}

/** Whether it was put. @see sql/functions/secret/put_secret.sql */
export function putSecret(
  db: Database,
  name: string,
  sealed: string,
  options: SqlOptions,
): Promise<boolean> {
  return one(db, 'select millrace.put_secret($1, $2, $3) as value', [name, sealed, options])
}

/** @see sql/functions/secret/get_secrets.sql */
export async function getSecrets(db: Database, options: SqlOptions): Promise<SecretRow[]> {
  return db.call<SecretRow>('select * from millrace.get_secrets($1)', [options])
}

/** @see sql/functions/secret/delete_secret.sql */
export async function deleteSecret(db: Database, name: string, options: SqlOptions): Promise<void> {
  await db.call('select millrace.delete_secret($1, $2)', [name, options])
}

/** @see sql/functions/audit/get_audit.sql */
export async function getAudit(db: Database, options: SqlOptions): Promise<AuditRow[]> {
  return db.call<AuditRow>('select * from millrace.get_audit($1)', [options])
}

/** How many rows it took. @see sql/functions/audit/prune_audit.sql */
export function pruneAudit(db: Database, options: SqlOptions): Promise<number> {
  return one(db, 'select millrace.prune_audit($1) as value', [options])
}

/** Writes down what no function writes down itself. @see sql/functions/audit/append_audit.sql */
export async function appendAudit(
  db: Database,
  tenant: number,
  entry: { subject: string; action: string; target: string | null; detail?: object },
): Promise<void> {
  const { subject, action, target, detail = null } = entry
  await db.call('select millrace.append_audit($1, $2, $3, $4, $5)', [
    ...[tenant, subject, action, target, detail],
  ])
}

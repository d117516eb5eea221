import type { Database } from './database.ts'

/** A key that is good. @see sql/functions/key/verify_key.sql */
export type KnownKey = {
  /** The slug of its tenant. */
  readonly tenant: string
  readonly scopes: string[]
  readonly name: string
  /** Milliseconds until it is over; null: it has no end. */
  readonly goodMs: number | null
  /** Whether its tenant is. */
  readonly suspended: boolean
}

/** Whose key that is; null for one that is nobody's, or that nobody may use any more. */
export async function verifyKey(db: Database, id: string, hash: Buffer): Promise<KnownKey | null> {
  const rows = await db.call<KnownKey>(
    'select tenant, scopes, name, good_ms::float8 as "goodMs", suspended from millrace.verify_key($1, $2)',
    [id, hash],
  )
  return rows[0] ?? null
}

/** What a member may do, as the tenant's own list says. @see sql/functions/member/verify_member.sql */
export type KnownMember = {
  /** Null: no member of the tenant. */
  readonly roles: string[] | null
  /** Whether the tenant is. */
  readonly suspended: boolean
}

/** Null if there is no such tenant. */
export async function verifyMember(
  db: Database,
  tenant: string,
  subject: string,
): Promise<KnownMember | null> {
  const text = 'select roles, suspended from millrace.verify_member($1, $2)'
  return (await db.call<KnownMember>(text, [tenant, subject]))[0] ?? null
}

/** Some of the requests of a minute. @see sql/functions/quota/take_rate.sql */
export type RatePortion = {
  readonly granted: number
  /** Null: no limit. */
  readonly most: number | null
  /** Left for others. */
  readonly remaining: number | null
  readonly resetMs: number
}

export async function takeRate(
  db: Database,
  tenant: string,
  kind: string,
  want: number,
): Promise<RatePortion> {
  const rows = await db.call<RatePortion>(
    'select granted, most::float8, remaining::float8, reset_ms as "resetMs" from millrace.take_rate($1, $2, $3)',
    [tenant, kind, want],
  )
  return rows[0] as RatePortion
}

/** A secret as it is kept, encrypted; null if there is none. @see sql/functions/secret/read_secret.sql */
export async function readSecret(
  db: Database,
  tenant: string,
  name: string,
): Promise<string | null> {
  const text = 'select millrace.read_secret($1, $2) as sealed'
  return (await db.call<{ sealed: string | null }>(text, [tenant, name]))[0]?.sealed ?? null
}

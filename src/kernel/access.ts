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

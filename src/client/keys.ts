import { makeApiKey } from '../auth/api-key.ts'
import type { Scope } from '../auth/principal.ts'
import * as kernel from '../kernel/administration.ts'
import type { SqlOptions } from '../kernel/runs.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** An API key, without what is secret of it. */
export type ApiKey = {
  /** Stands in the key itself, and in the audit log. */
  id: string
  name: string
  scopes: string[]
  createdAt: Date
  createdBy: string
  /** Null: it has no end. */
  expiresAt: Date | null
  revokedAt: Date | null
  /** Within a minute; null: never. */
  lastUsedAt: Date | null
}

/** A key that was just made: the only time that it is shown. */
export type NewApiKey = ApiKey & { key: string }

/** What a key is for. */
export type KeyOptions = {
  name?: string
  /** What it may do. `admin`: all. */
  scopes: readonly Scope[]
  /** Default: it has no end. */
  expiresIn?: Duration
}

const keyNames = { name: true, scopes: true, expiresIn: true, by: true }

/** The database is told the hash of the key alone. Sent again after a lost reply, it is the same key. */
export async function createOne(
  session: Session,
  p: KeyOptions & { name: string; by?: string },
): Promise<NewApiKey> {
  checkOptionNames('createKey', p, keyNames)
  const made = makeApiKey()
  const options = session.options({ ...optionsOfKey(p, made), by: p.by })
  const json = await untilHeard(() => kernel.createKey(session.db, p.name, options))
  return { ...readKey(json), key: made.key }
}

/** As create_key takes them. */
export function optionsOfKey(p: KeyOptions, made: { id: string; hash: Buffer }): SqlOptions {
  checkOptionNames('a key', p, keyNames)
  return {
    ...{ id: made.id, hash: made.hash.toString('hex'), scopes: [...(p.scopes ?? [])] },
    ...(p.expiresIn === undefined ? {} : { expires_in: parseDuration(p.expiresIn) }),
  }
}

export async function listKeys(
  session: Session,
  p: { limit?: number; startingAfter?: string | null },
): Promise<Page<ApiKey>> {
  checkOptionNames('getKeys', p, { limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const options = session.options({ limit: limit + 1, after: p.startingAfter })
  const found = (await kernel.getKeys(session.db, options)).map(readKey)
  return pageOf(found, limit, p.startingAfter, ({ id }) => id)
}

export async function revokeOne(session: Session, p: { id: string; by?: string }): Promise<ApiKey> {
  checkOptionNames('revokeKey', p, { id: true, by: true })
  const options = session.options({ by: p.by })
  return readKey(await untilHeard(() => kernel.revokeKey(session.db, p.id, options)))
}

/** From JSON of the kernel. */
export function readKey(json: kernel.KeyJson): ApiKey {
  const date = (text: string | null) => (text === null ? null : new Date(text))
  return {
    ...{ id: json.id, name: json.name, scopes: json.scopes, createdBy: json.created_by },
    ...{ createdAt: new Date(json.created_at), expiresAt: date(json.expires_at) },
    ...{ revokedAt: date(json.revoked_at), lastUsedAt: date(json.last_used_at) },
  }
}

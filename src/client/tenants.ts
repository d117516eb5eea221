import { randomBytes } from 'node:crypto'
import { makeApiKey } from '../auth/api-key.ts'
import * as kernel from '../kernel/administration.ts'
import { ConflictError, PermissionError } from '../model/errors.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { type KeyOptions, type NewApiKey, optionsOfKey, readKey } from './keys.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Whose runs are kept apart from others'. */
export type Tenant = {
  slug: string
  /** As people call it. */
  name: string
  createdAt: Date
  /** Since when nobody gets in as it, and nothing of it is run. */
  suspendedAt: Date | null
  suspendReason: string | null
  /** It is not there any more, but not all that is its has been deleted. */
  deletingAt: Date | null
}

/** A tenant to be made. */
export type RegisterTenant = {
  /** Its name in options, tokens and paths, for good. Default: made of the name, with eight hex digits behind it. */
  slug?: string
  /** As people call it. Default: the slug. */
  name?: string
  /** Also its first key, which is in the answer, once. */
  key?: KeyOptions
  /** Who does it. */
  by?: string
}

/** How much of a kind a tenant may have, and has. */
export type Quota = {
  kind: string
  /** Null: no limit. */
  most: number | null
  /** Whether it was set for this tenant. */
  own: boolean
  /** Null for what only servers count (requests, streams). */
  used: number | null
}

/** Sent again after a lost reply, the key says that the tenant is the one that was made. */
export async function registerOne(
  session: Session,
  p: RegisterTenant,
): Promise<Tenant & { key: NewApiKey | null }> {
  checkOptionNames('registerTenant', p, { slug: true, name: true, key: true, by: true })
  const slug = p.slug === undefined ? slugFor(p.name) : checkName('slug of a tenant', p.slug)
  const made = makeApiKey()
  const key = p.key && { name: p.key.name ?? 'first', ...optionsOfKey(p.key, made) }
  const { tenant: _tenant, ...options } = session.options({ name: p.name, by: p.by, key })
  const json = await untilHeard(async (lost) => {
    try {
      return await kernel.registerTenant(session.db, slug, options)
    } catch (error) {
      if (!lost || !key || !(error instanceof ConflictError)) throw error
      const keys = await kernel.getKeys(session.db, { tenant: slug, limit: 100 })
      const mine = keys.find(({ id }) => id === made.id)
      if (mine === undefined) throw error
      return { ...(await kernel.getTenant(session.db, { tenant: slug })), key: mine }
    }
  })
  return { ...readTenant(json), key: json.key ? { ...readKey(json.key), key: made.key } : null }
}

function slugFor(name: string | undefined): string {
  const words = (name ?? 'tenant').toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${words.slice(0, 60).replace(/^-|-$/g, '') || 'tenant'}-${randomBytes(4).toString('hex')}`
}

export async function readOne(session: Session): Promise<Tenant> {
  return readTenant(await kernel.getTenant(session.db, session.options()))
}

export async function listTenants(
  session: Session,
  p: { limit?: number; startingAfter?: string | null },
): Promise<Page<Tenant>> {
  checkOptionNames('getTenants', p, { limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const options = { limit: limit + 1, ...(p.startingAfter ? { after: p.startingAfter } : {}) }
  const found = (await kernel.getTenants(session.db, options)).map(readTenant)
  return pageOf(found, limit, p.startingAfter, ({ slug }) => slug)
}

export async function steerOne(
  session: Session,
  verb: 'suspend' | 'resume',
  { slug, ...p }: { slug: string; reason?: string; by?: string },
): Promise<Tenant> {
  checkOptionNames(
    `${verb}Tenant`,
    p,
    verb === 'suspend' ? { reason: true, by: true } : { by: true },
  )
  const options = session.options(p)
  return readTenant(
    await untilHeard(() =>
      kernel.steerTenant(session.db, verb, checkName('slug of a tenant', slug), options),
    ),
  )
}

/** What `deleteTenant` is told while it works. */
export type DeletionOptions = {
  slug: string
  /** Also while it has unfinished runs: they end where they are, without undos. */
  cancel?: boolean
  by?: string
  /** Called after each batch with the rows that were deleted so far. */
  onProgress?: (deleted: number) => void
}

/** Batch by batch, each a transaction of its own. */
export async function deleteOne(
  session: Session,
  p: DeletionOptions,
): Promise<{ deleted: number }> {
  checkOptionNames('deleteTenant', p, { slug: true, cancel: true, by: true, onProgress: true })
  const slug = checkName('slug of a tenant', p.slug)
  let deleted = 0
  for (let place: string | null = null; ; ) {
    const given = { cancel: p.cancel, by: p.by, place }
    const { tenant: _tenant, ...options } = session.options(given)
    const batch = await untilHeard(async (lost) => {
      try {
        return await kernel.deleteTenant(session.db, slug, options)
      } catch (error) {
        // after a lost reply to the last batch it is gone
        if (lost && error instanceof PermissionError) return { done: true, deleted: 0, place: null }
        throw error
      }
    })
    deleted += batch.deleted
    p.onProgress?.(deleted)
    if (batch.done) return { deleted }
    place = batch.place
  }
}

/** Line by line. */
export async function* exportLines(session: Session): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const options = session.options({ after })
    const page = await untilHeard(() => kernel.exportTenant(session.db, options))
    yield* page.lines
    if (page.cursor === null) return
    after = page.cursor
  }
}

export async function setQuota(
  session: Session,
  kind: string,
  most: number | null | 'default',
  p: { installation?: boolean; by?: string },
): Promise<void> {
  checkOptionNames('putQuota', p, { installation: true, by: true })
  const isDefault = most === 'default'
  const options = session.options({ ...p, ...(isDefault ? { default: true } : {}) })
  await untilHeard(() => kernel.putQuota(session.db, kind, isDefault ? null : most, options))
}

export async function readQuotas(session: Session): Promise<Quota[]> {
  return kernel.getQuotas(session.db, session.options())
}

function readTenant(json: kernel.TenantJson): Tenant {
  const date = (text: string | null) => (text === null ? null : new Date(text))
  return {
    ...{ slug: json.slug, name: json.name, createdAt: new Date(json.created_at) },
    ...{ suspendedAt: date(json.suspended_at), suspendReason: json.suspend_reason },
    deletingAt: date(json.deleting_at),
  }
}

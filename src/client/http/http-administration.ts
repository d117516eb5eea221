import { type Duration, parseDuration } from '../../model/duration.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { checkOptionNames } from '../../model/options.ts'
import type { AuditEntry, AuditFilter } from '../audit.ts'
import type { ApiKey, KeyOptions, NewApiKey } from '../keys.ts'
import type { Member, PutMember } from '../members.ts'
import type { Page } from '../page.ts'
import type { SecretEntry } from '../secrets.ts'
import type { Quota, RegisterTenant, Tenant } from '../tenants.ts'
import type { Shapes } from './api.ts'
import { pageQuery } from './filter.ts'
import { HttpEntities } from './http-entities.ts'
import { readLines } from './lines.ts'
import { camel } from './names.ts'
import { duration } from './start-body.ts'

/** Of a list that only goes forwards. */
type Forwards = { limit?: number; startingAfter?: string | null }

const forwards = { limit: true, startingAfter: true } as const

/** Who may do what in the tenant: keys, members, secrets, quotas, and the log of who did it. */
export abstract class HttpAdministration extends HttpEntities {
  /**
   * Makes a tenant, with its first key, of the scope admin, where the server lets anybody do so.
   * @throws PermissionError where it does not; InvalidInputError, also for anything but a `name`: the server says the rest
   */
  async registerTenant(p: RegisterTenant = {}): Promise<Tenant & { key: NewApiKey | null }> {
    checkOptionNames('registerTenant over HTTP', p, { name: true })
    const { body } = await this.transport.call('registerTenant', {
      body: { name: p.name ?? 'tenant' },
    })
    const { key, ...tenant } = body
    if (key.key !== null) return { ...camel<Tenant>(tenant), key: camel<NewApiKey>(key) }
    throw new InvalidInputError(
      `Tenant "${tenant.slug}" was made, but the answer with its key was lost, and it is shown once. Make another tenant.`,
    )
  }

  /** The tenant of who asks. */
  async getTenant(): Promise<Tenant> {
    return camel<Tenant>((await this.transport.call('getTenant', {})).body)
  }

  /** How much the tenant may have, and has. */
  async getQuotas(): Promise<Quota[]> {
    const { body } = await this.transport.call('getQuotas', {})
    return body.data.map((one) => camel<Quota>(one))
  }

  /**
   * All that is kept of the tenant, as lines of JSON: `{"table": …, "row": …}`; no hash of a key, no secret. One that was
   * cut is not asked for again: half of it is somebody's already.
   * @throws UnavailableError, also in the middle
   * @example for await (const line of client.exportTenant()) file.write(`${line}\n`)
   */
  async *exportTenant(): AsyncGenerator<string> {
    const stop = new AbortController()
    const opening = { signal: this.transport.until(stop.signal), accept: 'application/x-ndjson' }
    try {
      const { body } = await this.transport.open('exportTenant', {}, opening)
      if (body !== null) yield* readLines(body)
    } finally {
      stop.abort()
    }
  }

  /**
   * An API key. It is in the answer, once. Where that answer was lost, the key is revoked, and another one is made.
   * @throws InvalidInputError; RateLimitedError (MR021) when there are as many as the quota says
   */
  async createKey(p: KeyOptions & { name: string; by?: string }): Promise<NewApiKey> {
    checkOptionNames('createKey', p, { name: true, scopes: true, expiresIn: true, by: true })
    refuseBy('createKey', p)
    const body = { name: p.name, scopes: p.scopes, expires_in: duration(p.expiresIn) }
    for (;;) {
      const made = camel<ApiKey & { key: string | null }>(
        (await this.transport.call('createKey', { body })).body,
      )
      if (made.key !== null) return { ...made, key: made.key }
      await this.revokeKey({ id: made.id })
    }
  }

  /** The keys, the newest first, those that nobody can use any more as well. */
  async getKeys(p: Forwards = {}): Promise<Page<ApiKey>> {
    checkOptionNames('getKeys', p, forwards)
    const { body } = await this.transport.call('getKeys', { query: pageQuery(p) })
    return this.page(body, (one) => camel<ApiKey>(one))
  }

  /** Nobody gets in with it any more, within five seconds. @throws WorkflowRunNotFoundError if there is none */
  async revokeKey(p: { id: string; by?: string }): Promise<ApiKey> {
    refuseBy('revokeKey', p)
    return camel<ApiKey>((await this.transport.call('revokeKey', { params: { id: p.id } })).body)
  }

  /** Says what somebody who logs in elsewhere may do here. What is not given stays as it is. */
  async putMember(p: PutMember): Promise<Member> {
    const { subject, roles, email, name } = p
    checkOptionNames('putMember', p, {
      ...{ subject: true, roles: true, email: true, name: true, by: true },
    })
    refuseBy('putMember', p)
    const given = { params: { subject }, body: { roles, email, name } }
    return camel<Member>((await this.transport.call('putMember', given)).body)
  }

  /** The members, by subject. */
  async getMembers(p: Forwards = {}): Promise<Page<Member>> {
    checkOptionNames('getMembers', p, forwards)
    const { body } = await this.transport.call('getMembers', { query: pageQuery(p) })
    return this.page(body, (one) => camel<Member>(one))
  }

  /** They have no role here any more, within five seconds. @throws WorkflowRunNotFoundError if there is none */
  async removeMember(p: { subject: string; by?: string }): Promise<void> {
    refuseBy('removeMember', p)
    await this.transport.call('removeMember', { params: { subject: p.subject } })
  }

  /** Keeps a secret, which the server encrypts: graphs read it as `secrets.<name>`. Nobody can read it back. */
  async putSecret(name: string, value: string, options: { by?: string } = {}): Promise<void> {
    refuseBy('putSecret', options)
    await this.transport.call('putSecret', { params: { name }, body: { value } })
  }

  /** The names of the secrets, never their values. */
  async getSecrets(p: Forwards = {}): Promise<Page<SecretEntry>> {
    checkOptionNames('getSecrets', p, forwards)
    const { body } = await this.transport.call('getSecrets', { query: pageQuery(p) })
    return this.page(body, (one) => camel<SecretEntry>(one))
  }

  /** Nodes that read it fail from now on. @throws WorkflowRunNotFoundError if there is none */
  async deleteSecret(p: { name: string; by?: string }): Promise<void> {
    refuseBy('deleteSecret', p)
    await this.transport.call('deleteSecret', { params: { name: p.name } })
  }

  /** Who did what, the newest first. @throws InvalidInputError, also for `installation`, which is asked of the database */
  async getAudit(p: AuditFilter = {}): Promise<Page<AuditEntry>> {
    checkOptionNames('getAudit over HTTP', p, {
      ...{ subject: true, action: true, target: true, ...forwards },
    })
    const { subject, action, target } = p
    const query = { subject, action, target, ...pageQuery(p) }
    const { body } = await this.transport.call('getAudit', { query })
    return this.page(body, (one: Shapes['AuditEntry']) =>
      camel<AuditEntry>(one, { opaque: ['detail'] }),
    )
  }

  /** Takes entries that are so old, and keys that nobody could use since then. That it was done is an entry. */
  async pruneAudit(p: { olderThan: Duration; by?: string }): Promise<{ pruned: number }> {
    checkOptionNames('pruneAudit', p, { olderThan: true, by: true })
    refuseBy('pruneAudit', p)
    const body = { older_than: parseDuration(p.olderThan) }
    return (await this.transport.call('pruneAudit', { body })).body
  }
}

/** It is who asks that did it. @throws InvalidInputError */
function refuseBy(what: string, { by }: { by?: string }): void {
  if (by === undefined) return
  throw new InvalidInputError(
    `${what} was given by: over HTTP it is done by whose key or token this is. Leave it out.`,
  )
}

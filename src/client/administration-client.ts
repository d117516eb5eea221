import type { Duration } from '../model/duration.ts'
import { type AuditEntry, type AuditFilter, listAudit, pruneEntries } from './audit.ts'
import {
  type ApiKey,
  createOne,
  type KeyOptions,
  listKeys,
  type NewApiKey,
  revokeOne,
} from './keys.ts'
import {
  listMembers,
  type Member,
  type PutMember,
  putOneMember,
  removeOneMember,
} from './members.ts'
import type { Page } from './page.ts'
import {
  deleteOneSecret,
  listSecrets,
  putOneSecret,
  resealAll,
  type SecretEntry,
} from './secrets.ts'
import type { Session } from './session.ts'
import {
  type DeletionOptions,
  deleteOne,
  exportLines,
  listTenants,
  type Quota,
  type RegisterTenant,
  readOne,
  readQuotas,
  registerOne,
  setQuota,
  steerOne,
  type Tenant,
} from './tenants.ts'

/** Of a list that only goes forwards. */
type Forwards = { limit?: number; startingAfter?: string | null }

/** Who may do what: tenants, keys, members, secrets, quotas, and the log of who did it. */
export abstract class AdministrationClient {
  protected abstract readonly session: Session

  /**
   * Makes a tenant, and its first key if one is asked for.
   * @throws InvalidInputError; ConflictError (MR014) if there is one of that slug
   * @example const { slug, key } = await client.registerTenant({ name: 'Acme', key: { scopes: ['admin'] } })
   */
  async registerTenant(p: RegisterTenant = {}): Promise<Tenant & { key: NewApiKey | null }> {
    return registerOne(this.session, p)
  }

  /** The tenant of this client. @throws PermissionError if there is none of its slug */
  async getTenant(): Promise<Tenant> {
    return readOne(this.session)
  }

  /** All tenants, by slug: for who runs the installation. */
  async getTenants(p: Forwards = {}): Promise<Page<Tenant>> {
    return listTenants(this.session, p)
  }

  /**
   * Nobody gets in as that tenant any more (within five seconds), no worker is given a run of it, and its schedules
   * start nothing. Nothing is lost. Suspended already, it keeps the first reason.
   * @throws PermissionError if there is no such tenant
   */
  async suspendTenant(p: { slug: string; reason?: string; by?: string }): Promise<Tenant> {
    return steerOne(this.session, 'suspend', p)
  }

  /** It goes on where it was. @throws PermissionError if there is no such tenant */
  async resumeTenant(p: { slug: string; by?: string }): Promise<Tenant> {
    return steerOne(this.session, 'resume', p)
  }

  /**
   * Deletes a tenant with every row that is its, batch by batch; from the first on it is as if it were not there. If
   * this process dies, call it again.
   * @throws PermissionError if there is no such tenant; IllegalMoveError while it has unfinished runs, without `cancel`
   */
  async deleteTenant(p: DeletionOptions): Promise<{ deleted: number }> {
    return deleteOne(this.session, p)
  }

  /**
   * All that is kept of the tenant of this client, as lines of JSON: `{"table": …, "row": …}`; no hash of a key, no
   * secret. What is written meanwhile may be missing: suspend it first, if that matters.
   * @example for await (const line of client.exportTenant()) file.write(`${line}\n`)
   */
  exportTenant(): AsyncGenerator<string> {
    return exportLines(this.session)
  }

  /** How much the tenant of this client may have, and has. */
  async getQuotas(): Promise<Quota[]> {
    return readQuotas(this.session)
  }

  /**
   * How much of a kind the tenant of this client may have from now on, or, with `installation`, all that have no quota
   * of their own. Null: no limit; `'default'`: none of its own any more.
   * @throws InvalidInputError
   * @example await client.putQuota('start_per_minute', 600)
   */
  async putQuota(
    kind: string,
    most: number | null | 'default',
    options: { installation?: boolean; by?: string } = {},
  ): Promise<void> {
    await setQuota(this.session, kind, most, options)
  }

  /**
   * An API key. It is in the answer, once: the database has its hash alone.
   * @throws InvalidInputError; RateLimitedError (MR021) when there are as many as the quota says
   * @example const { key } = await client.createKey({ name: 'deploy', scopes: ['runs:write'], expiresIn: '90 days' })
   */
  async createKey(p: KeyOptions & { name: string; by?: string }): Promise<NewApiKey> {
    return createOne(this.session, p)
  }

  /** The keys, the newest first, those that nobody can use any more as well. */
  async getKeys(p: Forwards = {}): Promise<Page<ApiKey>> {
    return listKeys(this.session, p)
  }

  /** Nobody gets in with it any more, within five seconds. @throws WorkflowRunNotFoundError if there is none */
  async revokeKey(p: { id: string; by?: string }): Promise<ApiKey> {
    return revokeOne(this.session, p)
  }

  /**
   * Says what somebody who logs in elsewhere may do here.
   * @throws InvalidInputError; RateLimitedError (MR021) when there are as many as the quota says
   * @example await client.putMember({ subject: 'auth0|ada', roles: ['operator'], email: 'ada@example.com' })
   */
  async putMember(p: PutMember): Promise<Member> {
    return putOneMember(this.session, p)
  }

  /** The members, by subject. */
  async getMembers(p: Forwards = {}): Promise<Page<Member>> {
    return listMembers(this.session, p)
  }

  /** They have no role here any more, within five seconds. @throws WorkflowRunNotFoundError if there is none */
  async removeMember(p: { subject: string; by?: string }): Promise<void> {
    await removeOneMember(this.session, p)
  }

  /**
   * Keeps a secret, encrypted under the client's `secretsKey`: graphs read it as `secrets.<name>`. Nobody can read it
   * back here.
   * @throws InvalidInputError, also without `secretsKey`
   * @example await client.putSecret('crm_token', token)
   */
  async putSecret(name: string, value: string, options: { by?: string } = {}): Promise<void> {
    await putOneSecret(this.session, name, value, options)
  }

  /** The names of the secrets, never their values. */
  async getSecrets(p: Forwards = {}): Promise<Page<SecretEntry>> {
    return listSecrets(this.session, p)
  }

  /** Nodes that read it fail from now on. @throws WorkflowRunNotFoundError if there is none */
  async deleteSecret(p: { name: string; by?: string }): Promise<void> {
    await deleteOneSecret(this.session, p)
  }

  /**
   * Encrypts the secrets anew that are not under the first key of `secretsKey`: then the other keys may go.
   * @throws InvalidInputError for one that none of the keys opens
   */
  async resealSecrets(p: { by?: string } = {}): Promise<{ resealed: number }> {
    return resealAll(this.session, p)
  }

  /**
   * Who did what, the newest first.
   * @example (await client.getAudit({ action: 'key.*' })).items
   */
  async getAudit(p: AuditFilter = {}): Promise<Page<AuditEntry>> {
    return listAudit(this.session, p)
  }

  /** Takes entries that are so old, and keys that nobody could use since then. That it was done is an entry. */
  async pruneAudit(p: { olderThan: Duration; by?: string }): Promise<{ pruned: number }> {
    return pruneEntries(this.session, p)
  }
}

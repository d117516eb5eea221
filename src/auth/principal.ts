import { isReservedActor } from '../model/actor.ts'
import { PermissionError } from '../model/errors.ts'
import { describeValue } from '../model/text.ts'

/** What a caller may do. `admin`: keys, members, secrets, webhooks, the audit log and the tenant itself. */
export const SCOPES = [
  'runs:read',
  'runs:write',
  'workflows:read',
  'workflows:write',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** Roles of members, and the scopes that they give. */
export const ROLES = {
  viewer: ['runs:read', 'workflows:read'],
  operator: ['runs:read', 'runs:write', 'workflows:read'],
  admin: SCOPES,
} as const satisfies Record<string, readonly Scope[]>
export type Role = keyof typeof ROLES

/** Who asks: once a request has proved it, all that is done for it is done as this. */
export type Principal = {
  /** The slug of the tenant. */
  readonly tenant: string
  /** Who it is within the tenant: `key:<id>`, or the subject of a token. It stands in the audit log. */
  readonly subject: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** The id of the API key, if it was one. */
  readonly keyId?: string
}

/**
 * Says who sends a request; null where it says nothing, or nothing that is true.
 * @throws PermissionError for who is known but may not come in (the tenant is suspended); UnavailableError
 */
export type Authenticator = (request: Request, how?: HowToAsk) => Promise<Principal | null>

/** How an authenticator is asked. */
export type HowToAsk = {
  /** What it remembers may be so old; else as old as it takes for good itself. Streams ask so, as long as they are open. */
  readonly maxAgeMs?: number
}

/**
 * Asks one after the other: the first that knows who it is decides.
 * @example const authenticate = inOrder(apiKeyAuthenticator(session), jwtAuthenticator(options))
 */
export function inOrder(...authenticators: readonly Authenticator[]): Authenticator {
  return async (request, how) => {
    for (const authenticate of authenticators) {
      const principal = await authenticate(request, how)
      if (principal !== null) return principal
    }
    return null
  }
}

/**
 * The scopes that roles give together; a role that there is not gives none.
 * @example scopesOfRoles(['operator']) // ['runs:read', 'runs:write', 'workflows:read']
 */
export function scopesOfRoles(roles: readonly string[]): Scope[] {
  const given = roles.flatMap((role): readonly Scope[] =>
    Object.hasOwn(ROLES, role) ? ROLES[role as Role] : [],
  )
  return SCOPES.filter((scope) => given.includes(scope))
}

/** Whether a principal may do what takes this scope: `admin` may all. */
export function hasScope({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin')
}

/** @throws PermissionError that names the scope that is missing */
export function requireScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) return
  throw new PermissionError(
    `This takes the scope "${scope}", and "${principal.subject}" has ${principal.scopes.length === 0 ? 'none' : principal.scopes.map((one) => `"${one}"`).join(', ')}. Use a key that has it, or ask an admin of the tenant.`,
    { details: { scope, status: 403 } },
  )
}

/** Whether a subject stands in trails for an API key, a role of the database or the engine, and so is nobody's. */
export function isReservedSubject(subject: string): boolean {
  return subject.startsWith('key:') || isReservedActor(subject)
}

/** For who is known, by a subject that is nobody's. */
export function reserved(subject: string): PermissionError {
  return new PermissionError(
    `The subject ${describeValue(subject)} must not begin with "key:", "role:" or "millrace:": such names stand in trails for API keys, roles of the database and the engine itself. Give people other ones.`,
    { details: { subject: subject.slice(0, 300), rule: 'subject', status: 403 } },
  )
}

/** For who is known, but whose tenant is suspended. */
export function suspended(tenant: string): PermissionError {
  return new PermissionError(
    `The tenant "${tenant}" is suspended. Ask those who run this installation.`,
    { details: { rule: 'suspended', status: 403 } },
  )
}

/** Who asks, and what of the tenant's they may do. */
export type Principal = {
  /** The slug of the tenant. */
  tenant: string
  /** Who it is, for the audit log: a key's id, a member. */
  subject: string
  roles: string[]
  scopes: string[]
  keyId?: string
}

/** What a route needs of a principal. `admin` covers all others. */
export const SCOPES = [
  'runs:read',
  'runs:write',
  'workflows:read',
  'workflows:write',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who a request is from; null where it does not say, or not so that it can be believed. */
export type Authenticator = (request: Request) => Promise<Principal | null>

/** Whether a principal may do what needs the scope. */
export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes(scope) || principal.scopes.includes('admin')
}

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { type KnownMember, verifyMember } from '../kernel/access.ts'
import type { Database } from '../kernel/database.ts'
import { InvalidInputError, UnavailableError } from '../model/errors.ts'
import { isStorable } from '../model/text.ts'
import { isLikeApiKey } from './api-key.ts'
import { bearerToken } from './credentials.ts'
import {
  type Authenticator,
  isReservedSubject,
  type Principal,
  reserved,
  scopesOfRoles,
  suspended,
} from './principal.ts'
import { ShortMemory } from './short-memory.ts'

/** Which tokens are believed, and what they say. */
export type JwtOptions = {
  /** Whose tokens: their `iss` must be one of these. */
  issuer: string | string[]
  /** For whom: one of these must be in their `aud`. */
  audience: string | string[]
  /** Where the issuer's public keys are. Fetched when the first token comes, and again when a key is not among them. */
  jwksUrl?: string
  /** The public keys themselves, instead of `jwksUrl`. */
  jwks?: { keys: Record<string, unknown>[] }
  /** Instead of public keys: the secret of `HS256`, `HS384` or `HS512`, at least 32 bytes, which `algorithms` must name. */
  secret?: string
  /** Default: RS256, PS256, ES256, EdDSA. `none` is refused, and so is HS… without `secret`. */
  algorithms?: string[]
  /** Seconds by which the clocks may differ. Default 30, at most 300. */
  clockTolerance?: number
  /** The claim that holds the tenant's slug; a path with dots. Default `tenant`. */
  tenantClaim?: string
  /** The claim that holds roles: an array, or a text with spaces; null: only the tenant's own list of members counts. Default `roles`. */
  rolesClaim?: string | null
  /** The claim that holds scopes, which narrow what the roles give; only where it is said. */
  scopesClaim?: string
  /** A tenant for tokens that name none. Default: they are refused. */
  defaultTenant?: string
}

const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/
const SYMMETRIC = /^HS(256|384|512)$/
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']
/** As for keys: what is taken away is gone within five seconds. */
const REMEMBERED_MS = 4000
/** Longer tokens are not read. */
const MAX_TOKEN = 16 * 1024

/**
 * Knows who sends a request by a JSON Web Token, in `Authorization: Bearer`. The tenant is a claim of it; roles are
 * those of the claim and those that the tenant's members list gives its subject. Who is known, but has the subject of a key, a role or the engine,
 * is refused (PermissionError).
 * @param session anything that has the `db` of a client or an engine; without one the list of members is not asked,
 *   nor whether the tenant is suspended
 * @throws InvalidInputError for options that would believe anybody
 * @example jwtAuthenticator({ issuer: 'https://id.example.com/', audience: 'flows', jwksUrl: '…' }, session)
 */
export function jwtAuthenticator(
  options: JwtOptions,
  session?: { readonly db: Database },
): Authenticator {
  const settings = readSettings(options)
  const members = new ShortMemory<KnownMember | null>()
  return async (request, { maxAgeMs } = {}) => {
    const token = bearerToken(request)
    if (token === null || token.length > MAX_TOKEN || isLikeApiKey(token)) return null
    const claims = await settings.verify(token)
    if (claims === null) return null
    const tenant = textAt(claims, settings.tenantClaim) ?? options.defaultTenant
    const subject = claims.sub
    if (tenant === undefined || subject === undefined || !isSubject(subject)) return null
    if (!isStorable(tenant)) return null
    if (isReservedSubject(subject)) throw reserved(subject)
    const key = JSON.stringify([tenant, subject])
    const ask = () => verifyMember(session?.db as Database, tenant, subject)
    const member = session && (await members.get(key, ask, remembered, maxAgeMs))
    if (member === null) return null // no such tenant: as if the token were nobody's
    if (member?.suspended) throw suspended(tenant)
    return principalOf(tenant, subject, claims, settings, member?.roles ?? [])
  }
}

type Settings = {
  readonly verify: (token: string) => Promise<JWTPayload | null>
  readonly tenantClaim: string
  readonly rolesClaim: string | null
  readonly scopesClaim: string | undefined
}

function remembered(known: KnownMember | null): number {
  return known === null ? 0 : REMEMBERED_MS
}

function principalOf(
  tenant: string,
  subject: string,
  claims: JWTPayload,
  { rolesClaim, scopesClaim }: Settings,
  own: readonly string[],
): Principal {
  const claimed = rolesClaim === null ? [] : textsAt(claims, rolesClaim)
  const roles = [...new Set([...own, ...claimed])]
  const given = scopesOfRoles(roles)
  if (scopesClaim === undefined) return { tenant, subject, roles, scopes: given }
  const wanted = textsAt(claims, scopesClaim)
  return { tenant, subject, roles, scopes: given.filter((scope) => wanted.includes(scope)) }
}

function readSettings(options: JwtOptions): Settings {
  const algorithms =
    options.algorithms ?? (options.secret === undefined ? DEFAULT_ALGORITHMS : ['HS256'])
  checkAlgorithms(algorithms, options)
  const { clockTolerance = 30 } = options
  if (!(clockTolerance >= 0 && clockTolerance <= 300))
    throw refuse(`clockTolerance ${clockTolerance} is not from 0 to 300 seconds`)
  for (const name of ['issuer', 'audience'] as const) {
    if ([options[name]].flat().filter((one) => typeof one === 'string' && one !== '').length === 0)
      throw refuse(`${name} is missing: tokens for others would be believed`)
  }
  const key = keyOf(options)
  const checks = {
    ...{ issuer: options.issuer, audience: options.audience, algorithms, clockTolerance },
    requiredClaims: ['exp', 'sub'],
  }
  return {
    verify: async (token) => {
      try {
        // two overloads: one for bytes, one for what finds keys
        const verified = await (key instanceof Uint8Array
          ? jwtVerify(token, key, checks)
          : jwtVerify(token, key, checks))
        return verified.payload
      } catch (error) {
        if (error instanceof UnavailableError) throw error
        return null
      }
    },
    tenantClaim: options.tenantClaim ?? 'tenant',
    rolesClaim: options.rolesClaim === undefined ? 'roles' : options.rolesClaim,
    scopesClaim: options.scopesClaim,
  }
}

function keyOf({ jwksUrl, jwks, secret }: JwtOptions): Uint8Array | JWTVerifyGetKey {
  const given = [jwksUrl, jwks, secret].filter((one) => one !== undefined)
  if (given.length !== 1) throw refuse('give one of jwksUrl, jwks and secret')
  if (secret !== undefined) {
    const bytes = new TextEncoder().encode(secret)
    if (bytes.length < 32) throw refuse('the secret has fewer than 32 bytes, so it can be guessed')
    return bytes
  }
  if (jwks !== undefined) return createLocalJWKSet(jwks as Parameters<typeof createLocalJWKSet>[0])
  return remoteKeys(jwksUrl as string)
}

/** The issuer's keys. That they cannot be fetched is not the token's fault. */
function remoteKeys(text: string): JWTVerifyGetKey {
  const url = URL.canParse(text) ? new URL(text) : null
  const local = url !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url === null || (url.protocol !== 'https:' && !(local && url.protocol === 'http:')))
    throw refuse(`jwksUrl "${text}" is not an https URL`)
  const keys = createRemoteJWKSet(url, {
    ...{ cooldownDuration: 30_000, cacheMaxAge: 600_000, timeoutDuration: 5000 },
  })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey) throw cause
      if (cause instanceof errors.JWKSMultipleMatchingKeys) throw cause
      if (cause instanceof errors.JOSENotSupported) throw cause
      throw new UnavailableError('The keys of the issuer of tokens cannot be fetched. Try again.', {
        cause,
      })
    }
  }
}

function checkAlgorithms(algorithms: readonly string[], { secret }: JwtOptions): void {
  if (!Array.isArray(algorithms) || algorithms.length === 0) throw refuse('algorithms are missing')
  for (const algorithm of algorithms) {
    const known = (secret === undefined ? ASYMMETRIC : SYMMETRIC).test(algorithm)
    if (!known)
      throw refuse(
        secret === undefined
          ? `algorithm "${algorithm}" is not one of public keys (RS…, PS…, ES…, EdDSA)`
          : `algorithm "${algorithm}" is not one of secrets (HS…)`,
      )
  }
}

function refuse(why: string): InvalidInputError {
  return new InvalidInputError(`The options of JWTs were refused: ${why}.`)
}

function isSubject(subject: string): boolean {
  return /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(subject)
}

/** A claim itself, or one within others: claims of some issuers have dots in their names. */
function claimAt(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path.split('.').reduce<unknown>((at, name) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    return (at as Record<string, unknown>)[name]
  }, claims)
}

function textAt(claims: JWTPayload, path: string): string | undefined {
  const value = claimAt(claims, path)
  return typeof value === 'string' && value !== '' && value.length <= 128 ? value : undefined
}

function textsAt(claims: JWTPayload, path: string): string[] {
  const value = claimAt(claims, path)
  const list = typeof value === 'string' ? value.split(/[ ,]+/) : Array.isArray(value) ? value : []
  return list.filter((one): one is string => typeof one === 'string' && one !== '').slice(0, 100)
}

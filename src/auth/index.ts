/**
 * Who asks, and what they may do.
 * @module
 */
export { isLikeApiKey, makeApiKey, parseApiKey } from './api-key.ts'
export { apiKeyAuthenticator } from './api-key-authenticator.ts'
export { type JwtOptions, jwtAuthenticator } from './jwt-authenticator.ts'
export {
  type Authenticator,
  type HowToAsk,
  hasScope,
  inOrder,
  type Principal,
  ROLES,
  type Role,
  requireScope,
  SCOPES,
  type Scope,
  scopesOfRoles,
} from './principal.ts'
export { type RateClass, RateLimiter, type RateVerdict } from './rate-limiter.ts'
export { SecretBox } from './secret-box.ts'
export { storedSecrets } from './stored-secrets.ts'

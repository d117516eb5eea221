/**
 * Who asks, and what they may do.
 * @module
 */
export { isLikeApiKey, makeApiKey, parseApiKey } from './api-key.ts'
export { apiKeyAuthenticator } from './api-key-authenticator.ts'
export {
  type Authenticator,
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

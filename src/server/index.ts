/**
 * `millrace/server`: the HTTP API of an engine.
 * @module
 */

export type { JwtOptions } from '../auth/jwt-authenticator.ts'
export type { Authenticator, Principal, Scope } from '../auth/principal.ts'
export { createServer, type Server } from './create-server.ts'
export type { ListenOptions } from './listening.ts'
export type { GraphDefaults, ServerOptions } from './server-options.ts'

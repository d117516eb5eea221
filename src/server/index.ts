/**
 * `millrace/server`: the HTTP API of an engine.
 * @module
 */

export { createServer, type Server } from './create-server.ts'
export type { ListenOptions } from './listening.ts'
export type { Authenticator, Principal, Scope } from './principal.ts'
export type { ServerOptions } from './server-options.ts'

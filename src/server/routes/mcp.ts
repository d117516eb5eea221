import { createMcpHandler, type McpCaller } from '../../mcp/index.ts'
import { admit } from '../admit.ts'
import { takeRate } from '../rates.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'

/**
 * The model context protocol at /mcp, for whom the API would let in: the tools are those that its scopes allow, and
 * act for its tenant under its name. It is no part of the description for programs: the protocol has its own.
 */
export function mcpRoutes(app: ServerApp, { options, logger }: ServerParts): void {
  if (!options.mcp) return
  const callers = new WeakMap<Request, McpCaller>()
  const handle = createMcpHandler((request) => callers.get(request) as McpCaller, {
    maxBodyBytes: options.maxBodyBytes,
    onError: (error) =>
      logger.error('A tool of the model context protocol failed.', error as Error),
  })
  // the request is a look; each call in it counts for what it does
  app.all('/mcp', admit('runs:read', 'read'), async (c) => {
    const { client, principal } = c.var
    const { subject, roles, scopes } = principal
    const take = (kind: 'read' | 'write' | 'start') => takeRate(c, kind)
    callers.set(c.req.raw, { client, by: subject, roles, scopes, take })
    return handle(c.req.raw)
  })
}

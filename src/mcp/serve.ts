import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpCaller } from './caller.ts'
import type { McpHandlerOptions } from './index.ts'
import { makeMcpServer } from './mcp-server.ts'

const handlers = new Map<number | undefined, McpHttpHandler>()

/** Who asks, on the way from the request to the server that is made for it. */
type Passed = { caller: McpCaller; version: string; options: McpHandlerOptions }

/** Answers one request: a server of its own is made for it, and gone with it. */
export async function answerRequest(
  request: Request,
  caller: McpCaller,
  version: string,
  options: McpHandlerOptions,
): Promise<Response> {
  const passed: Passed = { caller, version, options }
  // the library's own place for what was found out about a request
  const authInfo = { token: '', clientId: '', scopes: [], extra: { passed } }
  return handlerFor(options.maxBodyBytes).fetch(request, { authInfo })
}

function handlerFor(maxBodyBytes: number | undefined): McpHttpHandler {
  const known = handlers.get(maxBodyBytes)
  if (known !== undefined) return known
  const limit = maxBodyBytes === undefined ? {} : { maxRequestBodySize: maxBodyBytes }
  const made = createMcpHandler(
    ({ authInfo }) => {
      const passed = authInfo?.extra?.passed as Passed
      return makeMcpServer(passed.caller, passed.version, passed.options.onError)
    },
    { maxSubscriptions: 1, ...limit },
  )
  handlers.set(maxBodyBytes, made)
  return made
}

/** Serves this process' stdin and stdout until stdin ends. */
export async function serveOverStdio(
  caller: McpCaller,
  version: string,
  { onError }: Pick<McpHandlerOptions, 'onError'>,
): Promise<void> {
  const transport = new StdioServerTransport()
  const ended = new Promise<void>((resolve) => process.stdin.once('close', resolve))
  const server = serveStdio(() => makeMcpServer(caller, version, onError), { transport })
  await ended
  await server.close()
}

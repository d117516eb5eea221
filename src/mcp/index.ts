import { readFileSync } from 'node:fs'
import type { WorkflowClient } from '../client/workflow-client.ts'
import type { McpCaller } from './caller.ts'
import type { ReportError } from './mcp-server.ts'

export type { McpCaller, McpScope } from './caller.ts'
export type { ReportError } from './mcp-server.ts'

/** For whom a request acts; what it throws is the caller's to answer. */
export type ClientOf = (
  request: Request,
) => WorkflowClient | McpCaller | Promise<WorkflowClient | McpCaller>

export type McpHandlerOptions = {
  /** Bytes of a request's body; default: 4 MiB. */
  maxBodyBytes?: number
  /** Hears of what failed within the engine, and is not told to clients. */
  onError?: ReportError
}

/**
 * The model context protocol over HTTP: a request to a response, without sessions. It asks nobody who they are:
 * that is what `clientOf` is for, and where it throws, nothing is served.
 * @example const mcp = createMcpHandler((request) => clientOfToken(request.headers.get('authorization')))
 *   const response = await mcp(request)
 */
export function createMcpHandler(
  clientOf: ClientOf,
  options: McpHandlerOptions = {},
): (request: Request) => Promise<Response> {
  // loaded with the first request: most processes never serve one
  let serve: Promise<typeof import('./serve.ts')> | undefined
  return async (request) => {
    const caller = asCaller(await clientOf(request))
    serve ??= import('./serve.ts')
    return (await serve).answerRequest(request, caller, packageVersion(), options)
  }
}

/**
 * The model context protocol over stdin and stdout, until stdin ends. Nothing else may write to stdout.
 * @example await serveMcpStdio(new WorkflowClient({ connectionString }))
 */
export async function serveMcpStdio(
  client: WorkflowClient | McpCaller,
  options: Pick<McpHandlerOptions, 'onError'> = {},
): Promise<void> {
  const { serveOverStdio } = await import('./serve.ts')
  await serveOverStdio(asCaller(client), packageVersion(), options)
}

function asCaller(given: WorkflowClient | McpCaller): McpCaller {
  return 'client' in given ? given : { client: given }
}

let version: string | undefined

function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
  ).version
  return version
}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

/** The official client, and what tests ask it for. */
export type McpClient = {
  readonly client: Client
  /** Names of the tools, in order. */
  tools(): Promise<string[]>
  /** Calls a tool and reads its JSON; an error is `{ error }`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  call(name: string, args?: Record<string, unknown>): Promise<any>
  close(): Promise<void>
}

/** Which protocol is spoken: that of 2025, or the newest that both know. */
type Mode = 'legacy' | 'auto'

/** Over HTTP: requests go to `fetch`, with a bearer token. */
export async function connectHttp(
  fetch: (request: Request) => Promise<Response>,
  token: string | null = null,
  mode: Mode = 'legacy',
): Promise<McpClient> {
  const transport = new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
    fetch: (url, init) => fetch(new Request(url, init as RequestInit)),
    requestInit: { headers: token === null ? {} : { authorization: `Bearer ${token}` } },
  })
  return connect(transport, mode)
}

/** Over stdin and stdout of a program. */
export async function connectStdio(
  command: string,
  args: string[],
  env: Record<string, string>,
  mode: Mode = 'legacy',
): Promise<McpClient> {
  return connect(new StdioClientTransport({ command, args, env, stderr: 'pipe' }), mode)
}

async function connect(
  transport: Parameters<Client['connect']>[0],
  mode: Mode,
): Promise<McpClient> {
  const options = { versionNegotiation: { mode } }
  const client = new Client({ name: 'test', version: '1.0.0' }, options)
  await client.connect(transport)
  return {
    client,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args = {}) {
      const { content } = await client.callTool({ name, arguments: args })
      const [first] = content as { text: string }[]
      try {
        return JSON.parse(first?.text ?? '')
      } catch {
        return { text: first?.text }
      }
    },
    close: () => client.close(),
  }
}

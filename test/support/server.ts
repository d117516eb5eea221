import { afterAll, beforeAll } from 'vitest'
import type { Principal } from '../../src/auth/principal.ts'
import type { Definition } from '../../src/definition/definition.ts'
import { createServer, type Server } from '../../src/server/create-server.ts'
import type { ServerOptions } from '../../src/server/server-options.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import type { WorkflowEngine, WorkflowEngineOptions } from '../../src/worker/workflow-engine.ts'
import { collect, startEngine, type TestEngine } from './engine.ts'

/** What a request is sent with; a body is sent as JSON. */
export type Sending = {
  body?: unknown
  headers?: Record<string, string>
  /** As whom; default ada, who may do all in tenant 'default'. Null: as nobody. */
  as?: string | null
}

/** An answer, read. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any
}

/** A server over a test database with two tenants, 'default' and 'acme', each with a worker. */
export type TestServer = TestEngine & {
  readonly server: Server
  /** The engine of the other tenant. */
  readonly acme: WorkflowEngine
  /** Makes a workflow known to the workers of both tenants. */
  register(...definitions: Definition[]): Promise<void>
  /** Sends a request: `send('POST', '/api/runs', { body: { workflow_id: 'order' } })`. */
  send(method: string, path: string, sending?: Sending): Promise<Answer>
}

const all = ['runs:read', 'runs:write', 'workflows:read', 'workflows:write', 'admin']

/** Who may come: the token is the name. */
export const principals: Readonly<Record<string, Principal>> = {
  ada: { tenant: 'default', subject: 'ada', roles: ['admin'], scopes: all },
  /** Reads only. */
  victor: {
    ...{ tenant: 'default', subject: 'victor', roles: ['viewer'] },
    scopes: ['runs:read', 'workflows:read'],
  },
  /** Of the other tenant. */
  mallory: { tenant: 'acme', subject: 'mallory', roles: ['admin'], scopes: all },
  /** Of a tenant that there is not. */
  ghost: { tenant: 'nowhere', subject: 'ghost', roles: ['admin'], scopes: all },
}

const known = { ...principals }

/** Files share this module: whom one of them lets in is not to come into the next. */
function forgetOthers(): void {
  for (const name of Object.keys(principals))
    if (!(name in known)) Reflect.deleteProperty(principals, name)
}

/** Knows the names of `principals` as bearer tokens. */
export async function authenticateByName(request: Request): Promise<Principal | null> {
  const token = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  return (token !== undefined && principals[token]) || null
}

/** @example await using t = await startServer([order]) */
export async function startServer(
  workflows: readonly Definition[] = [],
  options: ServerOptions = {},
  worker: WorkerOptions = {},
  engine: Partial<WorkflowEngineOptions> = {},
): Promise<TestServer> {
  const t = await startEngine(workflows, { pollInterval: 50, ...worker }, engine)
  await t.db.query(`insert into millrace.tenants (slug) values ('acme')`)
  const acme = await t.another(workflows, { pollInterval: 50, ...worker }, { tenant: 'acme' })
  const server = createServer(t.engine, {
    ...{ authenticate: authenticateByName, logger: collect(t.log) },
    ...options,
  })
  return {
    ...t,
    server,
    acme,
    async register(...definitions) {
      for (const definition of definitions)
        await Promise.all([
          t.engine.registerWorkflow(definition),
          acme.registerWorkflow(definition),
        ])
    },
    send: (method, path, sending) => send(server, method, path, sending),
    async [Symbol.asyncDispose]() {
      await server.close()
      await t[Symbol.asyncDispose]()
    },
  }
}

/** One server for all tests of a file. @example const t = useServer() */
export function useServer(
  options: ServerOptions = {},
  engine: Partial<WorkflowEngineOptions> = {},
): TestServer {
  let started: TestServer | undefined
  beforeAll(async () => {
    started = await startServer([], options, {}, engine)
  })
  afterAll(async () => {
    forgetOthers()
    await started?.[Symbol.asyncDispose]()
  })
  return new Proxy({} as TestServer, { get: (_, name) => Reflect.get(started as object, name) })
}

/** Sends a request to a server's `fetch`. */
export async function send(
  server: Pick<Server, 'fetch'>,
  method: string,
  path: string,
  { body, headers = {}, as = 'ada' }: Sending = {},
): Promise<Answer> {
  const init: RequestInit = {
    method,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
  return readAnswer(await server.fetch(new Request(new URL(path, 'http://localhost'), init)))
}

/** The body as JSON where it is such. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '')
  const { status, headers } = response
  return { status, headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}

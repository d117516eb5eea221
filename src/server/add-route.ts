import { createRoute, z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import type { ZodType, ZodUndefined } from 'zod'
import type { Scope } from '../auth/principal.ts'
import type { RateClass } from '../auth/rate-limiter.ts'
import { admit } from './admit.ts'
import { answerOnce } from './answer-once.ts'
import { readBody, requireBody } from './read-body.ts'
import type { ServerApp, ServerEnv } from './server-parts.ts'
import { Problem } from './shapes/problem.ts'
import { refuseInvalid } from './validation.ts'

/** What a route is, in the words of this server. */
type Route<P extends ZodType, Q extends ZodType, B extends ZodType> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters in braces: '/api/runs/{id}'. */
  readonly path: string
  /** What the principal must be allowed; null for a route that anybody may call. */
  readonly scope: Scope | null
  /** The resource, under which the documentation lists it. */
  readonly tag: string
  /** Its name in the document, as clients made from that call it: 'getRun'. */
  readonly name: string
  /** What it does, in a line. */
  readonly summary: string
  readonly description?: string
  readonly params?: P
  readonly query?: Q
  /** Of JSON. Where it may be absent the schema takes `{}`, and `bodyOptional` says so. */
  readonly body?: B
  readonly bodyOptional?: boolean
  /** It changes nothing, whatever its method. */
  readonly readsOnly?: boolean
  /** It starts runs by a key of theirs: an Idempotency-Key becomes that (keyedStart). */
  readonly startsRuns?: boolean
  /** Fields of its answer that can be read once, and are not kept for an Idempotency-Key. */
  readonly shownOnce?: readonly string[]
  /** The action under which the audit log has it, where SQL does not write it down: 'schedule.put'. */
  readonly audit?: string
  /** Comes before all else. */
  readonly before?: MiddlewareHandler<ServerEnv>
  /** What it answers when it succeeds; null: without a body. JSON, unless `type` says otherwise. */
  readonly answers: Readonly<
    Record<number, readonly [schema: ZodType | null, what: string, type?: string]>
  >
  /** Statuses of problems beside those that every route has. */
  readonly problems?: readonly number[]
}

type AnyRoute = Route<ZodType, ZodType, ZodType>

/** What a handler gets beside the context: the parts of the request, checked. */
type Given<P extends ZodType, Q extends ZodType, B extends ZodType> = {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
}

const keyHeader = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'Up to 255 printable characters: the same request sent again with it, within a day, is answered as before and does nothing.',
  }),
})

const meaning: Record<number, string> = {
  400: 'The request cannot be read: bad JSON, say.',
  401: 'Nobody is logged in: the key or token is missing, wrong, or over.',
  403: 'The principal may not do this.',
  404: 'There is none of that id, or it is not yours.',
  409: 'What was asked contradicts what is.',
  413: 'The body is larger than the server takes.',
  415: 'The body is not JSON.',
  421: 'The server does not answer for this host.',
  422: 'A value breaks a rule; `issues` says which.',
  429: 'Too many requests; `Retry-After` says when to come again.',
  500: 'The server made a mistake; its log has more under the id of the request.',
  503: 'The database cannot be reached.',
}

/**
 * Adds a route with what all of ours have: the scope is asked for before anything is read, the body is read up to the
 * limit, every part is checked before the handler is called, and every problem is declared. Handlers hold no logic:
 * they call the client of the tenant.
 * @example addRoute(app, { method: 'get', path: '/api/runs/{id}', scope: 'runs:read', … }, async (c, { params }) =>
 *   c.json(runBody(await c.var.client.getRun({ runId: params.id }))))
 */
export function addRoute<
  P extends ZodType = ZodUndefined,
  Q extends ZodType = ZodUndefined,
  B extends ZodType = ZodUndefined,
>(
  app: ServerApp,
  route: Route<P, Q, B>,
  handler: (c: Context<ServerEnv>, given: Given<P, Q, B>) => Response | Promise<Response>,
): void {
  const { method, path, tag, name, summary, description, scope, params, query, body } = route
  const config = {
    method,
    path,
    operationId: name,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(scope === null ? { security: [] } : { 'x-scope': scope }),
    request: {
      ...{ params, query, ...(isWrite(route) && { headers: keyHeader }) },
      ...(body && { body: bodyOf(body, route.bodyOptional) }),
    },
    responses: { ...answersOf(route.answers), ...problemsOf(route) },
    middleware: [
      ...(route.before ? [route.before] : []),
      ...(scope === null ? [] : [admit(scope, rateClassOf(route))]),
      ...(body ? [readBody] : []),
      ...(body && route.bodyOptional !== true ? [requireBody] : []),
    ],
  }
  const schemas = { param: params, query, json: body }
  const refuse = (result: Parameters<typeof refuseInvalid>[0]) => refuseInvalid(result, schemas)
  const handle = async (c: Context<ServerEnv>) => {
    const valid = (target: string): unknown => c.req.valid(target as never)
    const given = {
      params: params && valid('param'),
      query: query && valid('query'),
      body: body && valid('json'),
    }
    const answer = () => handler(c, given as Given<P, Q, B>)
    if (!isWrite(route)) return answer()
    const once = { draws: route.startsRuns !== true, shownOnce: route.shownOnce }
    return answerOnce(c, once, () => audited(c, route.audit, answer))
  }
  // the library's types follow from one literal; what they would check is checked by Given
  app.openapi(createRoute(config as never), handle as never, refuse as never)
}

function rateClassOf({ method, readsOnly, startsRuns }: AnyRoute): RateClass {
  if (startsRuns === true) return 'start'
  return method === 'get' || readsOnly === true ? 'read' : 'write'
}

/** What was done is written down before it is answered. */
async function audited(
  c: Context<ServerEnv>,
  action: string | undefined,
  carryOut: () => Response | Promise<Response>,
): Promise<Response> {
  const answer = await carryOut()
  if (action === undefined || !answer.ok) return answer
  const { client, principal } = c.var
  const target = Object.values(c.req.param()).join('/') || null
  await client.serverSide.audit({ subject: principal.subject, action, target })
  return answer
}

/** Public routes have no tenant whose keys these could be. */
function isWrite({ method, readsOnly, scope }: Pick<AnyRoute, 'method' | 'readsOnly' | 'scope'>) {
  return method !== 'get' && readsOnly !== true && scope !== null
}

function bodyOf(schema: ZodType, optional = false): object {
  return { required: !optional, content: { 'application/json': { schema } } }
}

function answersOf(answers: AnyRoute['answers']): object {
  const entries = Object.entries(answers).map(([status, [schema, description, type]]) => [
    status,
    { description, ...(schema && { content: { [type ?? 'application/json']: { schema } } }) },
  ])
  return Object.fromEntries(entries)
}

function problemsOf(route: AnyRoute): object {
  const { params, query, body, scope, problems = [] } = route
  const statuses = new Set([
    ...[400, 421, 500, 503],
    ...(scope === null ? [] : [401, 403, 429]),
    ...(params || query || body ? [422] : []),
    ...(body ? [413, 415] : []),
    ...(isWrite(route) ? [409, 422] : []),
    ...(params ? [404] : []),
    ...problems,
  ])
  const content = { 'application/problem+json': { schema: Problem } }
  const entries = [...statuses]
    .sort()
    .map((status) => [status, { description: meaning[status] ?? 'A problem.', content }])
  return Object.fromEntries(entries)
}

import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { filterQuery, toFilter } from '../shapes/run-query.ts'
import { toBody } from '../shapes/to-body.ts'

const FailureGroup = z
  .object({
    fingerprint: z.string(),
    code: z.string(),
    message: z.string().openapi({ description: 'Of the newest of them.' }),
    count: z.int(),
    sample: z.string().openapi({ description: 'The id of the newest of them.' }),
    first_at: instant,
    last_at: instant,
  })
  .openapi('FailureGroup')

/** Dead letters. */
export function failureRoutes(app: ServerApp, _parts: ServerParts): void {
  const { status: _, ...filter } = filterQuery
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/failures', scope: 'runs:read', tag: 'failures' },
      name: 'getFailures',
      summary: 'Runs that failed and nobody has dealt with, by the reason',
      query: z.strictObject({ ...filter, ...forwardQuery }),
      answers: { 200: [pageOf(FailureGroup), 'A page of the reasons, the newest first.'] },
    },
    async (c, { query }) => {
      const page = await c.var.client.getFailures({ ...toFilter(query), ...pageRequest(query) })
      return c.json(pageBody(page, (one) => toBody(one)))
    },
  )
}

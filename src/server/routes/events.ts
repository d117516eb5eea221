import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { duration } from '../shapes/duration.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const KeptEvent = z
  .object({
    id: z.string(),
    name: z.string(),
    key: z.string(),
    data: anything,
    emitted_at: instant,
    keep_until: instant,
    dedupe_id: z.string().nullable(),
    matched: z.int().openapi({ description: 'Runs that waited for it when it was emitted.' }),
    spreading: z.boolean().openapi({ description: 'Some of them are still to be given it.' }),
    started: z.array(z.string()).openapi({ description: 'The runs that it started.' }),
  })
  .openapi('Event')

/** Facts that all runs may wait for. */
export function eventRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/events', scope: 'runs:write', tag: 'events' },
      name: 'emitEvent',
      summary: 'Tell a fact to all runs that wait for it, and start what starts on it',
      body: z.strictObject({
        event_name: z.string(),
        key: z.string().openapi({ description: 'What it is about.' }),
        data: anything,
        dedupe_id: z.string().optional(),
        keep_for: duration.optional(),
      }),
      answers: {
        200: [
          z.object({ matched: z.int(), started: z.array(z.string()) }),
          'How many runs waited for it, and those that it started.',
        ],
      },
      problems: [409],
    },
    async (c, { body }) => c.json(await c.var.client.emitEvent(toOptions(body) as never)),
  )
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/events', scope: 'runs:read', tag: 'events' },
      name: 'getEvents',
      summary: 'List the events that are kept, newest first',
      query: z.strictObject({
        event_name: z.string().max(256).optional(),
        key: z.string().max(256).optional(),
        ...forwardQuery,
      }),
      answers: { 200: [pageOf(KeptEvent), 'A page of them.'] },
    },
    async (c, { query }) => {
      const { event_name, key } = query
      const page = await c.var.client.getEvents({
        ...toOptions({ event_name, key }),
        ...pageRequest(query),
      })
      return c.json(pageBody(page, (one) => toBody(one, ['data'])))
    },
  )
}

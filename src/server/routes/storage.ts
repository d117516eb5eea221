import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { BulkOperation, bulkOptions } from '../shapes/bulk.ts'
import { duration } from '../shapes/duration.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { RunFilterBody } from '../shapes/run-query.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'
import { toBulkOptions } from './bulk.ts'

const Storage = z
  .object({
    workflow_id: z.string(),
    runs: z.number(),
    live: z.number().openapi({ description: 'Unfinished runs.' }),
    journal_rows: z.number(),
    bytes: z.number().openapi({ description: 'Of the rows, without indexes.' }),
    estimated: z.boolean().openapi({ description: 'Reckoned from a sample, except for `live`.' }),
  })
  .openapi('Storage')

/** What is kept, and how it goes. */
export function storageRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/storage', scope: 'runs:read', tag: 'storage' },
      name: 'getStorage',
      summary: 'How much is kept of each workflow, the largest first',
      query: z.strictObject({ workflow_id: z.string().max(256).optional() }),
      answers: { 200: [pageOf(Storage), 'All of them.'] },
    },
    async (c, { query }) =>
      c.json(wholeBody(await c.var.client.getStorage(toOptions(query)), (one) => toBody(one))),
  )
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/prune', scope: 'admin', tag: 'storage', name: 'prune' },
      audit: 'prune',
      summary: 'Take runs that ended so long ago out of the history',
      body: z.strictObject({ where: RunFilterBody, older_than: duration, ...bulkOptions }),
      answers: { 202: [BulkOperation, 'It was accepted, and workers carry it out.'] },
      problems: [404, 409],
    },
    async (c, { body }) => {
      const operation = await c.var.client.prune(toBulkOptions(c, body) as never)
      return c.json(toBody(operation) as object, 202)
    },
  )
}

import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { ListedBody } from '../shapes/definition.ts'
import { forwardQuery, pageBody, pageOf } from '../shapes/page.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

/** The workflows that are documents. Not below /api/definitions, where each name is a workflow's. */
export function listedDefinitionRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/documents', scope: 'workflows:read', tag: 'definitions' },
      name: 'getDefinitions',
      summary: 'List the workflows that are documents, those that are there longest first',
      description: 'Each in the version that starts take.',
      query: z.strictObject({
        workflow_id: z.string().max(256).optional(),
        kind: z.enum(['graph', 'flow', 'machine']).optional(),
        trigger_type: z
          .enum(['manual', 'webhook', 'cron'])
          .optional()
          .openapi({ description: 'Of graphs: what starts their runs.' }),
        active: z
          .enum(['true', 'false'])
          .optional()
          .openapi({ description: 'Whether runs of it may be started.' }),
        ...forwardQuery,
      }),
      answers: { 200: [pageOf(ListedBody), 'A page of them.'] },
    },
    async (c, { query: { active, ...rest } }) => {
      const filter = { ...toOptions(rest), ...(active && { active: active === 'true' }) }
      const page = await c.var.client.getDefinitions(filter)
      return c.json(pageBody(page, (one) => toBody(one, ['document'])))
    },
  )
}

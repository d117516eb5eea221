import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { definitionParams as params } from './definitions.ts'

const common = { scope: 'workflows:write', tag: 'definitions', params } as const

/** Workflows of which no run is to be started any more. */
export function stoppedDefinitionRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ ...common, method: 'post', path: '/api/definitions/{id}/deactivate' },
      ...{ name: 'deactivateWorkflow', audit: 'workflow.deactivate' },
      summary: 'Let no run of a workflow be started until it is activated',
      description: 'Runs that are under way go on.',
      body: z.strictObject({
        reason: z.string().max(1024).optional(),
        by: z.string().max(256).optional(),
      }),
      bodyOptional: true,
      answers: { 200: [z.object({ changed: z.boolean() }), 'Whether it was active.'] },
    },
    async (c, given) => {
      const { reason, by } = given.body
      const changed = await c.var.client.deactivateWorkflow({
        ...{ workflowId: given.params.id, by: actorOf(c, by) },
        ...(reason !== undefined && { reason }),
      })
      return c.json({ changed })
    },
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'post', path: '/api/definitions/{id}/activate' },
      ...{ name: 'activateWorkflow', audit: 'workflow.activate' },
      summary: 'Let runs of a workflow be started again',
      answers: { 200: [z.object({ changed: z.boolean() }), 'Whether it was not active.'] },
    },
    async (c, given) =>
      c.json({ changed: await c.var.client.activateWorkflow({ workflowId: given.params.id }) }),
  )
  addRoute(
    app,
    {
      ...{ ...common, method: 'delete', path: '/api/definitions/{id}' },
      ...{ name: 'deleteWorkflow', audit: 'workflow.delete' },
      summary: 'Delete a workflow with all its versions and schedules',
      description:
        'Its runs can still be read. Who puts or registers it makes it anew, also a worker that still has its code.',
      query: z.strictObject({
        leave_runs: z
          .enum(['true', 'false'])
          .optional()
          .openapi({ description: 'Also while it has unfinished runs: they go on.' }),
      }),
      answers: {
        200: [
          z.object({
            versions: z.int(),
            live: z.int().openapi({ description: 'Unfinished runs that were left.' }),
          }),
          'What was deleted.',
        ],
      },
    },
    async (c, given) => {
      const deleted = await c.var.client.deleteWorkflow({
        ...{ workflowId: given.params.id, by: c.var.principal.subject },
        leaveRuns: given.query.leave_runs === 'true',
      })
      return c.json(deleted)
    },
  )
}

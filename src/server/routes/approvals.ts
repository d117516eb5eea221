import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf, mayActForOthers } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { instant } from '../shapes/instant.ts'
import { forwardQuery, pageBody, pageOf, pageRequest } from '../shapes/page.ts'
import { several } from '../shapes/several.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'

const Approval = z
  .object({
    id: z.string(),
    run_id: z.string(),
    step_id: z.string(),
    workflow_id: z.string(),
    question: z.string(),
    details: anything,
    assignees: z.array(z.string()),
    roles: z.array(z.string()),
    asked_at: instant,
    expires_at: instant.nullable(),
  })
  .openapi('Approval')

/** Questions to people. */
export function approvalRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/approvals', scope: 'runs:read', tag: 'approvals' },
      name: 'getApprovals',
      summary: 'List the questions that are open, those of the oldest run first',
      query: z.strictObject({
        assignee: z.string().max(256).optional(),
        role: several(z.string().max(256), 'Of the assignee: questions to any of them count too.'),
        workflow_id: z.string().max(256).optional(),
        run_id: z.string().max(64).optional(),
        ...forwardQuery,
      }),
      answers: { 200: [pageOf(Approval), 'A page of them.'] },
    },
    async (c, { query }) => {
      const { assignee, role: roles, workflow_id, run_id } = query
      const page = await c.var.client.getApprovals({
        ...toOptions({ assignee, roles, workflow_id, run_id }),
        ...pageRequest(query),
      })
      return c.json(pageBody(page, (one) => toBody(one, ['details'])))
    },
  )
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/approvals/{id}/answer', scope: 'runs:write' },
      ...{ tag: 'approvals', name: 'answerApproval' },
      summary: 'Answer a question; the run that asked goes on',
      description:
        'The first answer counts. It is the answer of who asks for this, with their roles; `by` and `roles` of somebody else need the scope admin.',
      params: z.object({
        id: z.string().max(1024).openapi({ description: 'Of the question.' }),
      }),
      body: z.strictObject({
        approved: z.boolean(),
        data: anything,
        comment: z.string().max(65_536).optional(),
        by: z.string().max(256).optional(),
        roles: z.array(z.string().max(256)).max(100).optional(),
      }),
      answers: { 204: [null, 'It was answered.'] },
      problems: [409],
    },
    async (c, { params, body }) => {
      const { by, roles, ...answer } = body
      if (roles !== undefined) mayActForOthers(c, 'roles')
      await c.var.client.answerApproval({
        ...{
          approvalId: params.id,
          by: actorOf(c, by),
          roles: roles ?? [...c.var.principal.roles],
        },
        ...(toOptions(answer) as { approved: boolean }),
      })
      return c.body(null, 204)
    },
  )
}

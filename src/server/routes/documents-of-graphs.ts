import { z } from '@hono/zod-openapi'
import { InvalidInputError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { Document } from '../shapes/definition.ts'
import { toBody } from '../shapes/to-body.ts'
import { definitionParams } from './definitions.ts'

const version = z.string().max(256).optional()

const Issue = z
  .object({
    code: z.string(),
    message: z.string(),
    pointer: z.string().openapi({ description: 'JSON pointer of the value; empty: the document.' }),
    line: z.int().optional(),
    column: z.int().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('DocumentIssue')

const DryRunStep = z
  .object({
    id: z.string(),
    type: z.string(),
    depends_on: z.array(z.string()),
    layer: z.int(),
    within: z.string().optional(),
    only_if: z.array(z.string()).optional(),
    branches: z.record(z.string(), z.array(z.string())).optional(),
    waits_for: z.string().optional(),
    takes: z.string().optional(),
    is_skipped: z.literal(true).optional(),
    problem: z.string().optional(),
  })
  .openapi('DryRunStep')

/** What can be told of graphs before they run. Nothing is stored. */
export function graphDocumentRoutes(app: ServerApp, _parts: ServerParts): void {
  check(app)
  dryRun(app)
  diff(app)
}

function check(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/definitions/check', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'checkDocument', readsOnly: true },
      summary: 'Look for all that is wrong with a graph',
      body: z.strictObject({ document: Document }),
      answers: { 200: [z.object({ issues: z.array(Issue) }), 'None: it can be stored and run.'] },
    },
    async (c, { body }) => {
      const { validateGraph } = await import('../../graph/document/index.ts')
      return c.json({ issues: validateGraph(body.document as never) })
    },
  )
}

function dryRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/definitions/dry-run', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'dryRun', readsOnly: true },
      summary: 'List the steps of a graph as they would run',
      description: 'With an `input`, choices that read nothing else are made.',
      body: z.strictObject({ document: Document, input: anything }),
      answers: { 200: [z.object({ steps: z.array(DryRunStep) }), 'The steps, by layers.'] },
    },
    async (c, { body }) => {
      const { planGraph } = await import('../../graph/document/index.ts')
      const { dryRunPlan } = await import('../../graph/moving/index.ts')
      const steps = dryRunPlan(planGraph(body.document as never), body.input as Json | undefined)
      return c.json({ steps: steps.map((step) => toBody(step, ['branches'])) } as object)
    },
  )
}

function diff(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions/{id}/diff', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'diffVersions' },
      summary: 'What one version of a workflow does differently from another',
      params: definitionParams,
      query: z.strictObject({
        from: z.string().max(256),
        to: version.openapi({ description: 'Default: the one that was put last.' }),
      }),
      answers: {
        200: [
          z.object({ from: z.string(), to: z.string(), differences: z.array(z.string()) }),
          'One change a line; none: they do the same.',
        ],
      },
    },
    async (c, { params, query }) => {
      const [from, to] = await Promise.all([
        c.var.client.getDefinition({ workflowId: params.id, version: query.from }),
        c.var.client.getDefinition({
          workflowId: params.id,
          ...(query.to !== undefined && { version: query.to }),
        }),
      ])
      if (from.kind !== to.kind)
        throw new InvalidInputError(
          `Version "${from.version}" is a ${from.kind}, "${to.version}" a ${to.kind}: they cannot be compared.`,
        )
      const { diffVersions } = await import('../../graph/moving/index.ts')
      const differences = diffVersions(from, to)
      return c.json({ from: from.version, to: to.version, differences })
    },
  )
}

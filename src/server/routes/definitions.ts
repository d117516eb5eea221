import { z } from '@hono/zod-openapi'
import type { WorkflowDocument } from '../../client/definitions.ts'
import type { Definition } from '../../definition/definition.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { DefinitionBody, PutBody, Stored, VersionBody, WorkflowBody } from '../shapes/definition.ts'
import { toLimits } from '../shapes/limits.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { Run, runBody } from '../shapes/run.ts'
import { keyedStart, startOptions } from '../shapes/start.ts'
import { toBody, toOptions } from '../shapes/to-body.ts'
import { afterWait, checkWait, waitQuery } from '../wait.ts'

export const definitionParams = z.object({
  id: z.string().max(256).openapi({ description: 'Of the workflow.' }),
})
const version = z.string().max(256).optional()

/** Workflows: what there is, and what of them is data. */
export function definitionRoutes(app: ServerApp, _parts: ServerParts): void {
  listDefinitions(app)
  getDefinition(app)
  getVersions(app)
  putDefinition(app)
  startRunOf(app)
}

function listDefinitions(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions', scope: 'workflows:read', tag: 'definitions' },
      name: 'getWorkflows',
      summary: 'List the versions of workflows that are registered',
      answers: { 200: [pageOf(WorkflowBody), 'All of them.'] },
    },
    async (c) => c.json(wholeBody(await c.var.client.getWorkflows(), (one) => toBody(one))),
  )
}

function getDefinition(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions/{id}', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'getDefinition' },
      summary: 'Get the stored document of a workflow',
      description: 'Of the version that is named, else of the one that was put or registered last.',
      params: definitionParams,
      query: z.strictObject({ version }),
      answers: { 200: [DefinitionBody, 'The document; workflows that are code have none.'] },
    },
    async (c, { params, query }) => {
      const which = { workflowId: params.id, ...toOptions(query) }
      return c.json(toBody(await c.var.client.getDefinition(which), ['document']) as object)
    },
  )
}

function getVersions(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions/{id}/versions', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'getVersions' },
      summary: 'The versions of a workflow, newest first, and who needs them',
      params: definitionParams,
      answers: { 200: [pageOf(VersionBody), 'All of them; none of a workflow that there is not.'] },
    },
    async (c, { params }) => {
      const versions = await c.var.client.getVersions({ workflowId: params.id })
      return c.json(wholeBody(versions, (one) => toBody(one)))
    },
  )
}

function putDefinition(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'put', path: '/api/definitions/{id}', scope: 'workflows:write' },
      ...{ tag: 'definitions', name: 'putWorkflow' },
      audit: 'workflow.put',
      summary: 'Store a graph or a machine',
      description:
        'Workers that take stored graphs run it from now on. The same content again is the same version. Options beside the document are for graphs.',
      params: definitionParams,
      body: PutBody,
      answers: {
        200: [Stored, 'That version was there, with the same content.'],
        201: [Stored, 'A new version.'],
      },
      problems: [409],
    },
    async (c, { params, body }) => {
      const { document, limits, ...options } = body
      const definition = await readDocument(document)
      if (definition.id !== params.id) {
        const place = definition.kind === 'machine' ? ['workflow', 'name'] : ['name']
        throw new InvalidInputError(
          `The document is of workflow "${definition.id}", the address of "${params.id}". Put it at its own address.`,
          { issues: [{ message: `It is not "${params.id}".`, path: ['document', ...place] }] },
        )
      }
      const put = await c.var.client.putWorkflow(definition, {
        ...toOptions(options),
        ...(limits && { limits: toLimits(limits) }),
      })
      const notes = 'notes' in definition ? { notes: definition.notes as object[] } : {}
      return c.json(
        { workflow_id: put.id, version: put.version, created: put.created, ...notes },
        put.created ? 201 : 200,
      )
    },
  )
}

/** Loaded when the first document comes: servers that get none need no parser. */
async function readDocument(document: string | object): Promise<Definition> {
  const { isMachine } = await import('../../entity/document/read-machine.ts')
  if (isMachine(document)) {
    const { makeMachine } = await import('../../entity/make-machine.ts')
    return makeMachine(document)
  }
  const { defineGraph } = await import('../../graph/define-graph.ts')
  return defineGraph(document as WorkflowDocument as never)
}

function startRunOf(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'post', path: '/api/definitions/{id}/runs', scope: 'runs:write' },
      ...{ tag: 'definitions', name: 'startRunOf' },
      startsRuns: true,
      summary: 'Start a run of a workflow',
      description: 'With `wait`, the answer is the run at its end, if that comes in time.',
      params: definitionParams,
      query: z.strictObject(waitQuery),
      body: z.strictObject({ input: anything, ...startOptions }),
      bodyOptional: true,
      answers: {
        200: [Run, 'It was there already, under the same key or id.'],
        201: [Run, 'It was started.'],
      },
      problems: [409],
    },
    async (c, { params, query, body: { input, ...options } }) => {
      if (query.wait !== undefined) checkWait(query.wait)
      const run = await c.var.client.startWorkflow({
        ...{ workflowId: params.id, input, options: keyedStart(options, c.var.idempotencyKey) },
      })
      c.header('location', `../../runs/${run.id}`)
      return c.json(runBody(await afterWait(c, run, query.wait)), run.existing ? 200 : 201)
    },
  )
}

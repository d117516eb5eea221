import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { anything } from '../shapes/anything.ts'
import { Run, runBody } from '../shapes/run.ts'
import { resourceQuery, runParams, runRef } from '../shapes/run-ref.ts'

const text = z.string().min(1).max(256).optional()
const by = text.openapi({
  description: 'Who does it; only with the scope admin. Default: who asks.',
})
const reason = z.string().max(4096).optional()

const common = {
  scope: 'runs:write',
  tag: 'runs',
  params: runParams,
  query: z.strictObject(resourceQuery),
} as const

/** Moves single runs. */
export function runVerbRoutes(app: ServerApp, _parts: ServerParts): void {
  endOrPause(app)
  goOn(app)
  forkRun(app)
  migrateRun(app)
  signalRun(app)
  fastForwardRun(app)
}

/** What takes a reason. */
function endOrPause(app: ServerApp): void {
  const verbs = [
    ['pause', 'pauseWorkflow', 'Stop a run until it is resumed'],
    ['cancel', 'cancelWorkflow', 'End a run; completed steps are undone first'],
    ['terminate', 'terminateWorkflow', 'End a run at once, without the undos of its steps'],
    ['discard', 'discardWorkflow', 'Take a failure off the list of failures'],
  ] as const
  for (const [verb, method, summary] of verbs)
    addRoute(
      app,
      {
        ...common,
        ...{ method: 'post', path: `/api/runs/{id}/${verb}`, name: `${verb}Run`, summary },
        body: z.strictObject({ by, reason }),
        bodyOptional: true,
        answers: { 200: [Run, 'The run as it is now.'] },
        problems: [409],
      },
      async (c, { params, query, body }) => {
        const why = body.reason === undefined ? {} : { reason: body.reason }
        const run = await c.var.client[method]({
          ...{ ...runRef(params, query), by: actorOf(c, body.by) },
          ...why,
        })
        return c.json(runBody(run))
      },
    )
}

function goOn(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/resume', name: 'resumeRun' },
      summary: 'Let a paused run go on',
      body: z.strictObject({ by }),
      bodyOptional: true,
      answers: { 200: [Run, 'The run as it is now.'] },
      problems: [409],
    },
    async (c, { params, query, body }) =>
      c.json(
        runBody(
          await c.var.client.resumeWorkflow({ ...runRef(params, query), by: actorOf(c, body.by) }),
        ),
      ),
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/retry', name: 'retryRun' },
      summary: 'Start a new run that goes on from the failure of this one',
      body: z.strictObject({ by }),
      bodyOptional: true,
      answers: { 201: [Run, 'The new run.'] },
      problems: [409],
    },
    async (c, { params, query, body }) => {
      const run = await c.var.client.retryWorkflow({
        ...{ ...runRef(params, query), by: actorOf(c, body.by) },
      })
      c.header('location', `../${run.id}`)
      return c.json(runBody(run), 201)
    },
  )
}

function forkRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/fork', name: 'forkRun' },
      summary: 'Start a new run that has the history of this one up to a step',
      body: z.strictObject({
        from_step: z.string(),
        input: anything,
        output: anything.openapi({ description: 'What the step gives: it does not run.' }),
        version: text,
        by,
      }),
      answers: { 201: [Run, 'The new run.'] },
      problems: [409],
    },
    async (c, { params, query, body }) => {
      const { from_step, input, output, version } = body
      const run = await c.var.client.forkWorkflow({
        ...{ ...runRef(params, query), fromStep: from_step, by: actorOf(c, body.by) },
        ...(input !== undefined && { input }),
        ...(output !== undefined && { output }),
        ...(version !== undefined && { version }),
      })
      c.header('location', `../${run.id}`)
      return c.json(runBody(run), 201)
    },
  )
}

function migrateRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/migrate', name: 'migrateRun' },
      summary: 'Move a run to another version of its workflow',
      body: z.strictObject({ to_version: z.string(), by }),
      answers: { 200: [Run, 'The run as it is now.'] },
      problems: [409],
    },
    async (c, { params, query, body }) =>
      c.json(
        runBody(
          await c.var.client.migrateWorkflow({
            ...{ ...runRef(params, query), by: actorOf(c, body.by), toVersion: body.to_version },
          }),
        ),
      ),
  )
}

function signalRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/signal', name: 'signalRun' },
      summary: 'Send a run a message',
      description:
        'It is kept until the run waits for it, and consumed once. The same `dedupe_id` again changes nothing.',
      body: z.strictObject({ event_name: z.string(), data: anything, dedupe_id: text }),
      answers: { 200: [Run, 'The run as it is now.'] },
      problems: [409],
    },
    async (c, { params, query, body }) => {
      const { event_name, data, dedupe_id } = body
      const run = await c.var.client.triggerEvent({
        ...{ ...runRef(params, query), eventName: event_name },
        ...(data !== undefined && { data }),
        ...(dedupe_id !== undefined && { dedupeId: dedupe_id }),
      })
      return c.json(runBody(run))
    },
  )
}

function fastForwardRun(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/runs/{id}/fast-forward', name: 'fastForwardRun' },
      summary: 'End the wait that a run is in',
      description:
        'With `data` as its message or poll result. A run that does not wait stays as it is.',
      body: z.strictObject({ data: anything }),
      bodyOptional: true,
      answers: { 200: [Run, 'The run as it is now.'] },
      problems: [409],
    },
    async (c, { params, query, body }) => {
      const data = body.data === undefined ? {} : { data: body.data }
      const run = await c.var.client.fastForwardWorkflow({ ...runRef(params, query), ...data })
      return c.json(runBody(run))
    },
  )
}

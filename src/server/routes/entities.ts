import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import {
  askerOf,
  EntityBody,
  entityBody,
  HistoryBody,
  MoveBody,
  StartEntityBody,
  StartedEntityBody,
  strictly,
  TransitionBody,
  Transitioned,
  toMove,
  toStart,
  VerifiedBody,
} from '../shapes/entity.ts'
import {
  forwardQuery,
  pageBody,
  pageOf,
  pageQuery,
  pageRequest,
  wholeBody,
} from '../shapes/page.ts'
import { toOptions } from '../shapes/to-body.ts'

const params = z.object({
  machine: z.string().max(256).openapi({ description: 'Its name.' }),
  id: z.string().max(512).openapi({ description: 'Of the entity: of the row of your table.' }),
})
const table = {
  table: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .openapi({ description: "Of the entity; default: what the machine's document says." }),
}
const common = { tag: 'entities', params } as const
const path = '/api/entities/{machine}/{id}'

/** Entities in machines, by the row that they are. */
export function entityRoutes(app: ServerApp, _parts: ServerParts): void {
  list(app)
  start(app)
  get(app)
  transition(app)
  readTrail(app)
}

function list(app: ServerApp): void {
  const text = z.string().max(256).optional()
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/entities', scope: 'runs:read', tag: 'entities' },
      name: 'getEntities',
      summary: 'List instances of machines, newest first',
      query: z.strictObject({
        ...{ machine: text, version: text, ...table, entity_id: text, state: text },
        status: z.enum(['live', 'completed']).optional(),
        updated_after: z.string().max(64).optional().openapi({ format: 'date-time' }),
        ...pageQuery,
      }),
      answers: { 200: [pageOf(EntityBody), 'A page of them.'] },
    },
    async (c, { query }) => {
      const { limit, starting_after, ending_before, ...filter } = query
      const page = pageRequest({ limit, starting_after, ending_before })
      const found = await c.var.client.getEntities({ ...toOptions(filter), ...page })
      return c.json(pageBody(found, entityBody))
    },
  )
}

function start(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path, scope: 'runs:write', name: 'startEntity' },
      summary: 'Put an entity into the initial state of a machine',
      query: z.strictObject(table),
      body: StartEntityBody,
      bodyOptional: true,
      answers: {
        200: [StartedEntityBody, 'It was there already.'],
        201: [StartedEntityBody, 'It was started.'],
      },
      problems: [409],
    },
    async (c, { params: { machine, id }, query, body }) => {
      const started = await c.var.client
        .entity(machine, id, toOptions(query))
        .start(toStart(c, body))
      return c.json(entityBody(started), started.started ? 201 : 200)
    },
  )
}

function get(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path, scope: 'runs:read', name: 'getEntity' },
      summary: 'Where an entity stands',
      description: 'Its live instance; where there is none, the last one.',
      query: z.strictObject(table),
      answers: { 200: [EntityBody, 'The instance.'] },
    },
    async (c, { params: { machine, id }, query }) =>
      c.json(entityBody(await c.var.client.entity(machine, id, toOptions(query)).get())),
  )
}

function transition(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: `${path}/transition`, scope: 'runs:write' },
      name: 'transitionEntity',
      summary: 'Move an entity along a transition',
      description:
        'Of two that ask at once from one state exactly one moves it; the other is answered 409. Who moves it, and with which roles, is who asks: nobody says another.',
      query: z.strictObject(table),
      body: MoveBody,
      answers: { 200: [Transitioned, 'It was moved.'] },
      problems: [409],
    },
    async (c, { params: { machine, id }, query, body }) => {
      // not by the instance that it has now: a key that comes again means the one that it has moved
      const entity = c.var.client.entity(machine, id, toOptions(query))
      const { target, request } = toMove(c, body)
      const done =
        'name' in target
          ? await entity.transition(target.name, request)
          : await entity.transitionTo(target.toState, request)
      return c.json(entityBody(done))
    },
  )
}

function readTrail(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: `${path}/transitions`, scope: 'runs:read' },
      name: 'getEntityTransitions',
      summary: 'Where an entity may go from its state, and whether it may now',
      query: strictly(table),
      answers: { 200: [pageOf(TransitionBody), 'All of them, with why not.'] },
    },
    async (c, { params: { machine, id }, query }) => {
      const entity = c.var.client.entity(machine, id, toOptions(query))
      const ways = await entity.transitions(askerOf(c))
      return c.json(wholeBody(ways, entityBody))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: `${path}/history`, scope: 'runs:read', name: 'getEntityHistory' },
      summary: 'Who moved an entity, when and why, in order',
      query: z.strictObject({ ...table, ...forwardQuery }),
      answers: { 200: [pageOf(HistoryBody), 'A page of its trail.'] },
    },
    async (c, { params: { machine, id }, query: { limit, starting_after, ...which } }) => {
      const { id: instanceId } = await c.var.client.entity(machine, id, toOptions(which)).get()
      const page = pageRequest({ limit, starting_after })
      const found = await c.var.client.getHistory({ instanceId, ...page })
      return c.json(pageBody(found, entityBody))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: `${path}/verify`, scope: 'runs:read', name: 'verifyEntityHistory' },
      summary: 'Whether the trail of an entity is whole: no gap, nothing changed',
      query: z.strictObject(table),
      answers: { 200: [VerifiedBody, 'What was found.'] },
    },
    async (c, { params: { machine, id }, query }) =>
      c.json(entityBody(await c.var.client.entity(machine, id, toOptions(query)).verify())),
  )
}

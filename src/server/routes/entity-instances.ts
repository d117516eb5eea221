import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import {
  askerOf,
  EntityBody,
  entityBody,
  HistoryBody,
  MoveBody,
  strictly,
  TransitionBody,
  Transitioned,
  toMove,
  VerifiedBody,
} from '../shapes/entity.ts'
import { forwardQuery, pageBody, pageOf, pageRequest, wholeBody } from '../shapes/page.ts'

const params = z.object({ id: z.string().max(64).openapi({ description: 'Of the instance.' }) })
const common = { tag: 'entities', params } as const

/** The same by the id of the instance: also one that is over, while another of its entity is live. */
export function entityInstanceRoutes(app: ServerApp, _parts: ServerParts): void {
  get(app)
  transition(app)
  readTrail(app)
}

function get(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/instances/{id}', scope: 'runs:read', name: 'getInstance' },
      summary: 'Where an instance stands',
      answers: { 200: [EntityBody, 'The instance.'] },
    },
    async (c, { params: { id } }) =>
      c.json(entityBody(await c.var.client.getEntity({ instanceId: id }))),
  )
}

function transition(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/instances/{id}/transition', scope: 'runs:write' },
      name: 'transitionInstance',
      summary: 'Move an instance along a transition',
      body: MoveBody,
      answers: { 200: [Transitioned, 'It was moved.'] },
      problems: [409],
    },
    async (c, { params: { id }, body }) => {
      const { target, request } = toMove(c, body)
      const done = await c.var.client.transition({ instanceId: id, ...target, ...request })
      return c.json(entityBody(done))
    },
  )
}

function readTrail(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/instances/{id}/transitions', scope: 'runs:read' },
      name: 'getInstanceTransitions',
      summary: 'Where an instance may go from its state, and whether it may now',
      query: strictly({}),
      answers: { 200: [pageOf(TransitionBody), 'All of them, with why not.'] },
    },
    async (c, { params: { id } }) => {
      const ways = await c.var.client.getTransitions({ instanceId: id, ...askerOf(c) })
      return c.json(wholeBody(ways, entityBody))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/instances/{id}/history', scope: 'runs:read' },
      name: 'getInstanceHistory',
      summary: 'Who moved an instance, when and why, in order',
      query: z.strictObject(forwardQuery),
      answers: { 200: [pageOf(HistoryBody), 'A page of its trail.'] },
    },
    async (c, { params: { id }, query }) => {
      const found = await c.var.client.getHistory({ instanceId: id, ...pageRequest(query) })
      return c.json(pageBody(found, entityBody))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/instances/{id}/verify', scope: 'runs:read' },
      name: 'verifyInstanceHistory',
      summary: 'Whether the trail of an instance is whole: no gap, nothing changed',
      answers: { 200: [VerifiedBody, 'What was found.'] },
    },
    async (c, { params: { id } }) =>
      c.json(entityBody(await c.var.client.verifyHistory({ instanceId: id }))),
  )
}

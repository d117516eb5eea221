import { z } from '@hono/zod-openapi'
import { addRoute } from '../add-route.ts'
import { actorOf } from '../by.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { instantOf } from '../shapes/instant.ts'
import { pageOf, wholeBody } from '../shapes/page.ts'
import { Run, runBody } from '../shapes/run.ts'
import {
  NextTimes,
  PutSchedule,
  Schedule,
  scheduleBody,
  toPutSchedule,
} from '../shapes/schedule.ts'
import { toOptions } from '../shapes/to-body.ts'
import { wholeNumber } from '../shapes/whole-number.ts'

const params = z.object({ id: z.string().max(256).openapi({ description: 'Of the schedule.' }) })
const common = { tag: 'schedules', params } as const

/** Rules by which runs are started. */
export function scheduleRoutes(app: ServerApp, _parts: ServerParts): void {
  readSchedules(app)
  nextTimes(app)
  changeSchedules(app)
  steerSchedules(app)
  runSchedule(app)
}

function readSchedules(app: ServerApp): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/schedules', scope: 'workflows:read', tag: 'schedules' },
      name: 'getSchedules',
      summary: 'List the schedules, by id',
      query: z.strictObject({ workflow_id: z.string().max(256).optional() }),
      answers: { 200: [pageOf(Schedule), 'All of them.'] },
    },
    async (c, { query }) =>
      c.json(wholeBody(await c.var.client.getSchedules(toOptions(query)), scheduleBody)),
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/schedules/{id}', scope: 'workflows:read' },
      name: 'getSchedule',
      summary: 'Get a schedule',
      answers: { 200: [Schedule, 'The schedule.'] },
    },
    async (c, given) =>
      c.json(scheduleBody(await c.var.client.getSchedule({ id: given.params.id }))),
  )
}

function nextTimes(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'get', path: '/api/schedules/{id}/next', scope: 'workflows:read' },
      name: 'getNextTimes',
      summary: 'The next times of a schedule',
      query: z.strictObject({
        count: wholeNumber(100, 'Default 10.'),
      }),
      answers: { 200: [NextTimes, 'None while it is paused.'] },
    },
    async (c, given) => {
      const { id } = given.params
      const { nextRuns } = await c.var.client.getSchedule({ id, next: given.query.count ?? 10 })
      return c.json({ data: nextRuns.map((date) => instantOf(date)) })
    },
  )
}

function changeSchedules(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'put', path: '/api/schedules/{id}', scope: 'workflows:write' },
      name: 'putSchedule',
      audit: 'schedule.put',
      summary: 'Make a schedule, or change it',
      description:
        'Put again as it is, it goes on where it was; with other times they are those after now.',
      body: PutSchedule,
      answers: { 200: [Schedule, 'The schedule as it is now.'] },
      problems: [409],
    },
    async (c, given) => {
      const { by, ...body } = given.body
      const put = toPutSchedule(given.params.id, body, actorOf(c, by))
      return c.json(scheduleBody(await c.var.client.putSchedule(put)))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'delete', path: '/api/schedules/{id}', scope: 'workflows:write' },
      name: 'deleteSchedule',
      audit: 'schedule.delete',
      summary: 'Delete a schedule; runs that it has started go on',
      answers: { 204: [null, 'Nothing is started by it any more.'] },
    },
    async (c, given) => {
      await c.var.client.deleteSchedule({ id: given.params.id })
      return c.body(null, 204)
    },
  )
}

function steerSchedules(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/schedules/{id}/pause', scope: 'workflows:write' },
      name: 'pauseSchedule',
      audit: 'schedule.pause',
      summary: 'Start nothing by it until it is resumed; times that come meanwhile are gone',
      body: z.strictObject({
        reason: z.string().max(4096).optional(),
        by: z.string().max(256).optional(),
      }),
      bodyOptional: true,
      answers: { 200: [Schedule, 'The schedule as it is now.'] },
      problems: [409],
    },
    async (c, { params: { id }, body }) => {
      const reason = body.reason === undefined ? {} : { reason: body.reason }
      const paused = await c.var.client.pauseSchedule({ id, ...reason, by: actorOf(c, body.by) })
      return c.json(scheduleBody(paused))
    },
  )
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/schedules/{id}/resume', scope: 'workflows:write' },
      name: 'resumeSchedule',
      audit: 'schedule.resume',
      summary: 'Let it go on with its times after now',
      answers: { 200: [Schedule, 'The schedule as it is now.'] },
      problems: [409],
    },
    async (c, { params: { id } }) =>
      c.json(scheduleBody(await c.var.client.resumeSchedule({ id }))),
  )
}

function runSchedule(app: ServerApp): void {
  addRoute(
    app,
    {
      ...common,
      ...{ method: 'post', path: '/api/schedules/{id}/run', scope: 'runs:write' },
      name: 'runSchedule',
      summary: 'Start a run of it now; its times stay as they are',
      answers: { 201: [Run, 'The run.'] },
      problems: [409],
    },
    async (c, { params: { id } }) => {
      const run = await c.var.client.runSchedule({ id })
      c.header('location', `../../runs/${run.id}`)
      return c.json(runBody(run), 201)
    },
  )
}

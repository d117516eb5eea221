import type { MiddlewareHandler } from 'hono'
import { addRoute } from '../add-route.ts'
import type { ServerEnv } from '../server-parts.ts'

/** Errors of what follows are answered as that engine does. */
const speakCompat: MiddlewareHandler<ServerEnv> = async (c, next) => {
  c.set('speaksCompat', true)
  await next()
}

/** Adds a route of the Workflow Automation Engine: under its path, with its statuses and its envelope of errors. */
export const addCompatRoute: typeof addRoute = (app, route, handler) =>
  addRoute(app, { ...route, tag: 'compat', before: speakCompat }, handler)

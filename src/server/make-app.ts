import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { checkHost } from './allowed-hosts.ts'
import { makeNoRoute } from './no-route.ts'
import { answerProblem } from './problem.ts'
import { nameRequest } from './request-id.ts'
import { documentRoutes } from './routes/documents.ts'
import { runRoutes } from './routes/runs.ts'
import { secureHeaders } from './security-headers.ts'
import type { ServerApp, ServerEnv, ServerParts } from './server-parts.ts'
import { refuseInvalid } from './validation.ts'

/** All routes, and what stands before each of them. */
export function makeApp(parts: ServerParts): ServerApp {
  const { basePath } = parts.options
  const app: ServerApp = new OpenAPIHono<ServerEnv>({
    defaultHook: refuseInvalid as never,
    getPath: (request) => pathBelow(basePath, getPath(request)),
  })
  app.use('*', nameRequest(parts), secureHeaders, checkHost)
  app.onError((error, c) => answerProblem(error, c))
  addRoutes(app, parts)
  app.notFound(makeNoRoute(app))
  return app
}

/** The resources, in the order of the documentation. */
function addRoutes(app: ServerApp, parts: ServerParts): void {
  runRoutes(app, parts)
  documentRoutes(app, parts)
}

/** What is not below the base is nowhere. */
function pathBelow(basePath: string, path: string): string {
  if (basePath === '') return path
  if (path === basePath) return '/'
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '//outside'
}

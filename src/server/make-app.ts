import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { checkHost } from './allowed-hosts.ts'
import { compatExecutionRoutes } from './compat/executions.ts'
import { compatTenantRoutes } from './compat/tenants.ts'
import { compatWorkflowRoutes } from './compat/workflows.ts'
import { makeNoRoute } from './no-route.ts'
import { answerProblem } from './problem.ts'
import { nameRequest } from './request-id.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { bulkRoutes } from './routes/bulk.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { dispatchRoutes } from './routes/dispatch.ts'
import { documentRoutes } from './routes/documents.ts'
import { graphDocumentRoutes } from './routes/documents-of-graphs.ts'
import { eventRoutes } from './routes/events.ts'
import { failureRoutes } from './routes/failures.ts'
import { queueRoutes } from './routes/queues.ts'
import { runVerbRoutes } from './routes/run-verbs.ts'
import { runViewRoutes } from './routes/run-views.ts'
import { runRoutes } from './routes/runs.ts'
import { runsBulkRoutes } from './routes/runs-bulk.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { storageRoutes } from './routes/storage.ts'
import { streamRoutes } from './routes/streams.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { workerRoutes } from './routes/workers.ts'
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
  for (const add of resources) add(app, parts)
  app.notFound(makeNoRoute(app))
  return app
}

/** The resources, in the order of the documentation. Of two routes that fit an address the first one is taken. */
const resources = [
  ...[runsBulkRoutes, runRoutes, runVerbRoutes, runViewRoutes, streamRoutes],
  ...[
    graphDocumentRoutes,
    definitionRoutes,
    eventRoutes,
    approvalRoutes,
    failureRoutes,
    bulkRoutes,
  ],
  ...[scheduleRoutes, webhookRoutes, queueRoutes, dispatchRoutes, workerRoutes, storageRoutes],
  ...[compatWorkflowRoutes, compatExecutionRoutes, compatTenantRoutes],
  documentRoutes,
]

/** What is not below the base is nowhere. */
function pathBelow(basePath: string, path: string): string {
  if (basePath === '') return path
  if (path === basePath) return '/'
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '//outside'
}

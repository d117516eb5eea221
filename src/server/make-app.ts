import { OpenAPIHono } from '@hono/zod-openapi'
import { getPath } from 'hono/utils/url'
import { checkHost } from './allowed-hosts.ts'
import { compatExecutionRoutes } from './compat/executions.ts'
import { compatObservingRoutes } from './compat/observing.ts'
import { pypgflowRoutes } from './compat/pypgflow.ts'
import { compatTenantRoutes } from './compat/tenants.ts'
import { compatWorkflowRoutes } from './compat/workflows.ts'
import { crossOrigin } from './cross-origin.ts'
import { makeNoRoute } from './no-route.ts'
import { answerProblem } from './problem.ts'
import { nameRequest } from './request-id.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { bulkRoutes } from './routes/bulk.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { listedDefinitionRoutes } from './routes/definitions-list.ts'
import { stoppedDefinitionRoutes } from './routes/definitions-stop.ts'
import { diagramRoutes } from './routes/diagrams.ts'
import { dispatchRoutes } from './routes/dispatch.ts'
import { documentRoutes } from './routes/documents.ts'
import { graphDocumentRoutes } from './routes/documents-of-graphs.ts'
import { entityRoutes } from './routes/entities.ts'
import { entityInstanceRoutes } from './routes/entity-instances.ts'
import { entityReportRoutes } from './routes/entity-reports.ts'
import { eventRoutes } from './routes/events.ts'
import { failureRoutes } from './routes/failures.ts'
import { healthRoutes } from './routes/health.ts'
import { keyRoutes } from './routes/keys.ts'
import { mcpRoutes } from './routes/mcp.ts'
import { memberRoutes } from './routes/members.ts'
import { metricRoutes } from './routes/metrics.ts'
import { queueRoutes } from './routes/queues.ts'
import { runVerbRoutes } from './routes/run-verbs.ts'
import { runViewRoutes } from './routes/run-views.ts'
import { runRoutes } from './routes/runs.ts'
import { runsBulkRoutes } from './routes/runs-bulk.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { secretRoutes } from './routes/secrets.ts'
import { storageRoutes } from './routes/storage.ts'
import { streamRoutes } from './routes/streams.ts'
import { tenantRoutes } from './routes/tenant.ts'
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
    getPath: (request) => ofPypgflow(pathBelow(basePath, getPath(request))),
  })
  app.use('*', parts.metrics.count, nameRequest(parts), secureHeaders, checkHost)
  const allowed = crossOrigin(parts.options.cors)
  if (allowed) app.use('*', allowed)
  app.onError((error, c) => answerProblem(error, c))
  for (const add of resources) add(app, parts)
  app.notFound(makeNoRoute(app))
  return app
}

/** The resources, in the order of the documentation. Of two routes that fit an address the first one is taken. */
const resources = [
  ...[runRoutes, runsBulkRoutes, runVerbRoutes, runViewRoutes, streamRoutes],
  ...[
    graphDocumentRoutes,
    listedDefinitionRoutes,
    definitionRoutes,
    stoppedDefinitionRoutes,
    diagramRoutes,
    entityReportRoutes,
    entityRoutes,
    entityInstanceRoutes,
    eventRoutes,
    approvalRoutes,
    failureRoutes,
    bulkRoutes,
  ],
  ...[scheduleRoutes, webhookRoutes, queueRoutes, dispatchRoutes, workerRoutes, storageRoutes],
  ...[keyRoutes, memberRoutes, secretRoutes, tenantRoutes],
  ...[compatWorkflowRoutes, compatExecutionRoutes, compatObservingRoutes, compatTenantRoutes],
  pypgflowRoutes,
  ...[metricRoutes, documentRoutes, mcpRoutes, healthRoutes],
]

/** Its lists stand below /api/, its functions do not: whoever only changes the prefix finds both. */
function ofPypgflow(path: string): string {
  return path.startsWith('/pypgflow/api/')
    ? `/pypgflow/${path.slice('/pypgflow/api/'.length)}`
    : path
}

/** What is not below the base is nowhere. */
function pathBelow(basePath: string, path: string): string {
  if (basePath === '') return path
  if (path === basePath) return '/'
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : '//outside'
}

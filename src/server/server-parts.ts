import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Authenticator, Principal } from '../auth/principal.ts'
import type { RateLimiter } from '../auth/rate-limiter.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import type { WorkflowLogger } from '../model/logger.ts'
import type { OpenStreams } from './events/open-streams.ts'
import type { FailureRate } from './failure-rate.ts'
import type { RegistrationRate } from './registration-rate.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { ResolvedOptions } from './server-options.ts'

/** What all routes of a server share. */
export type ServerParts = {
  /** Of the installation; a request works with `c.var.client`, its tenant's. */
  readonly engine: WorkflowClient
  readonly options: ResolvedOptions
  readonly authenticate: Authenticator
  readonly limiter: RateLimiter
  readonly registrations: RegistrationRate
  readonly failures: FailureRate
  readonly logger: WorkflowLogger
  readonly metrics: ServerMetrics
  readonly streams: OpenStreams
  /** Aborted when the server closes: what waits for something answers now, streams end. */
  readonly closing: AbortSignal
}

/** What a request has beside itself. */
export type ServerEnv = {
  // biome-ignore lint/suspicious/noExplicitAny: node's request and response, where there are such
  Bindings: { incoming?: any; outgoing?: any }
  Variables: {
    parts: ServerParts
    requestId: string
    /** Errors are answered in the envelope of the Workflow Automation Engine. */
    speaksCompat: boolean | undefined
    /** They are answered as PostgREST does. */
    speaksPostgrest: boolean | undefined
    /** Who asks. Only in routes that name a scope. */
    principal: Principal
    /** The client of the principal's tenant. */
    client: WorkflowClient
    /** The body as it came, before it was read as JSON. */
    rawBody: Uint8Array | undefined
    /** Of a write that came with one, and is carried out for it. */
    idempotencyKey: string | undefined
  }
}

export type ServerApp = OpenAPIHono<ServerEnv>

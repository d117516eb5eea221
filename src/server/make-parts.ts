import { apiKeyAuthenticator } from '../auth/api-key-authenticator.ts'
import { jwtAuthenticator } from '../auth/jwt-authenticator.ts'
import { notSuspended } from '../auth/not-suspended.ts'
import { inOrder } from '../auth/principal.ts'
import { RateLimiter } from '../auth/rate-limiter.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { OpenStreams } from './events/open-streams.ts'
import { FailureRate } from './failure-rate.ts'
import { RegistrationRate } from './registration-rate.ts'
import { ServerMetrics } from './server-metrics.ts'
import type { ResolvedOptions } from './server-options.ts'
import type { ServerParts } from './server-parts.ts'

/** What the routes of a server share. The caller's own authenticator is asked first, then keys, then tokens. */
export function makeParts(
  engine: WorkflowClient,
  options: ResolvedOptions,
  closing: AbortSignal,
): ServerParts {
  const { serverSide } = engine
  const { authenticate } = options
  const own = authenticate === null ? [] : [notSuspended(authenticate, serverSide)]
  const tokens = options.jwt === null ? [] : [jwtAuthenticator(options.jwt, serverSide)]
  return {
    engine,
    options,
    authenticate: inOrder(...own, apiKeyAuthenticator(serverSide), ...tokens),
    limiter: new RateLimiter(serverSide),
    registrations: new RegistrationRate(),
    failures: new FailureRate(),
    logger: options.logger,
    metrics: new ServerMetrics(),
    streams: new OpenStreams(),
    closing,
  }
}

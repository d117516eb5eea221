import type { JwtOptions } from '../auth/jwt-authenticator.ts'
import type { WorkflowLogger } from '../model/logger.ts'
import type { ServerOptions } from '../server/index.ts'
import type { SurroundingOptions } from '../worker/handler-surroundings.ts'
import { isLoopback } from './configuration/kinds.ts'
import type { Mistake } from './configuration/read-configuration.ts'
import type { Configuration } from './configuration/server-settings.ts'
import { readStatements, secretsOfEnvironment } from './surroundings.ts'

/** The options of the HTTP API that a configuration means. */
export function serverOptions(values: Configuration, logger: WorkflowLogger): ServerOptions {
  const { basePath, cors, allowHosts, trustedProxies, metricsToken, maxSteps, runTimeout } = values
  const jwt = jwtOptions(values)
  return {
    ...{ logger, mcp: values.mcp, replay: values.replay, maxBodyBytes: values.maxBodyBytes },
    selfRegistration: values.selfRegistration ?? (isLoopback(values.host) ? 'local' : false),
    graphLimits: {
      maxNodes: maxSteps,
      ...(values.maxGraphDepth !== undefined && { maxDepth: values.maxGraphDepth }),
    },
    graphDefaults: {
      timezone: values.cronTimezone,
      ...(runTimeout !== undefined && { timeout: runTimeout }),
    },
    ...(basePath !== undefined && { basePath }),
    ...(cors !== undefined && { cors }),
    ...(allowHosts !== undefined && { allowHosts }),
    ...(trustedProxies !== undefined && { trustedProxies }),
    ...(metricsToken !== undefined && { metrics: { token: metricsToken } }),
    ...(jwt !== null && { jwt }),
  }
}

function jwtOptions(values: Configuration): JwtOptions | null {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtAlgorithms: algorithms } = values
  const { jwtJwksUrl: jwksUrl, jwtSecret: secret, jwtDefaultTenant: defaultTenant } = values
  if (issuer === undefined || audience === undefined) return null
  return {
    ...{ issuer, audience, tenantClaim: values.jwtTenantClaim, rolesClaim: values.jwtRolesClaim },
    ...(jwksUrl !== undefined && { jwksUrl }),
    ...(secret !== undefined && { secret }),
    ...(algorithms !== undefined && { algorithms }),
    ...(defaultTenant !== undefined && { defaultTenant }),
  }
}

/**
 * What nodes of graphs find around them. Secrets of the environment are the operator's, so they are only for graphs of
 * his own tenant: whoever registers could send them anywhere.
 */
export async function surroundingsOf(
  values: Configuration,
  env: NodeJS.ProcessEnv,
): Promise<SurroundingOptions> {
  const { tenant: own, httpAllow, httpTimeout, maxResponseBytes, statements } = values
  return {
    secrets: secretsOfEnvironment(env, own),
    http: { ...(httpAllow && { allow: httpAllow }), timeout: httpTimeout, maxResponseBytes },
    maxSubWorkflowDepth: values.maxSubWorkflowDepth,
    ...(statements !== undefined && { statements: await readStatements(statements) }),
  }
}

/** The connection string, as the driver takes it: that engine's has the name of its own driver in it. */
export function connectionOf({ databaseUrl }: Configuration): string | null {
  return databaseUrl?.replace(/^(postgres(?:ql)?)\+\w+:/, '$1:') ?? null
}

/** What may be in no line that a server prints. */
export function secretsOf(values: Configuration, env: NodeJS.ProcessEnv): string[] {
  const { secretsKey = [], metricsToken = '', jwtSecret = '', databaseUrl = '' } = values
  const password = URL.canParse(databaseUrl) ? new URL(databaseUrl).password : ''
  const given = Object.entries(env).filter(([name]) => name.startsWith('MILLRACE_SECRET_'))
  const all = [...secretsKey, metricsToken, jwtSecret, password, decode(password)]
  return [...all, ...given.map(([, value]) => value ?? '')].filter((one) => one !== '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What only those tell who take the values: parts of a server are made and thrown away. */
export async function checkParts(
  values: Configuration,
  env: NodeJS.ProcessEnv,
): Promise<readonly Mistake[]> {
  const { SecretBox } = await import('../auth/secret-box.ts')
  const { jwtAuthenticator } = await import('../auth/jwt-authenticator.ts')
  const { HttpPolicy } = await import('../graph/http/index.ts')
  const { resolveServerOptions } = await import('../server/server-options.ts')
  const { quietLogger } = await import('../model/logger.ts')
  const jwt = jwtOptions(values)
  const { secretsKey, httpAllow } = values
  const secrets = secretsOf(values, env)
  const parts: [string, () => unknown][] = [
    ['secretsKey', () => secretsKey && new SecretBox(secretsKey)],
    ['jwt', () => jwt && jwtAuthenticator(jwt)],
    ['httpAllow', () => httpAllow && new HttpPolicy({ allow: httpAllow }).close()],
    ['server', () => resolveServerOptions(serverOptions(values, quietLogger))],
    ['statements', () => surroundingsOf(values, env)],
  ]
  const mistakes: Mistake[] = []
  for (const [where, make] of parts) {
    try {
      await make()
    } catch (error) {
      const { mask } = await import('./masked-output.ts')
      mistakes.push({ where, message: mask(`${where}: ${(error as Error).message}`, secrets) })
    }
  }
  return mistakes
}

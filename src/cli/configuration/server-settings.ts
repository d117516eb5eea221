import { choice, type Kind, lasting, text, texts, truth, whole, zone } from './kinds.ts'

/** One thing that can be set, and where. */
export type Setting<T, D extends T | undefined> = {
  /** What it is for; in the table of docs/server-command.md too. */
  readonly about: string
  readonly kind: Kind<T>
  /** Variables of the environment; the first one that has a value counts. */
  readonly env: readonly string[]
  /** Which of them are the Workflow Automation Engine's. */
  readonly compat?: string
  /** Of `millrace server`. */
  readonly flag?: string
  readonly value: D
  /** The default in words, where there is no value for it. */
  readonly otherwise?: string
  /** Never shown. */
  readonly secret?: true
}

type More = Pick<Setting<never, never>, 'flag' | 'compat' | 'otherwise' | 'secret'>

function setting<T>(about: string, kind: Kind<T>, env: string, value: T, more?: More): Setting<T, T>
function setting<T>(
  about: string,
  kind: Kind<T>,
  env: string,
  value: undefined,
  more: More & { otherwise: string },
): Setting<T, T | undefined>
function setting<T>(about: string, kind: Kind<T>, env: string, value: T, more: More = {}) {
  const { compat } = more
  const variables = compat === undefined || compat === env ? [env] : [env, compat]
  return { about, kind, env: variables, value, ...more }
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MEBIBYTE = 1_048_576

const name = /^[^\p{Cc}]{1,256}$/u
const path = /^[^\p{Cc}]{1,4096}$/u
const claim = text('the name of a claim', /^[^\s\p{Cc}]{1,128}$/u, 'tenant')
const origin = /^(\*|https?:\/\/[^/?#\s]+)$/
const network = /^[0-9a-fA-F.:]+(\/\d{1,3})?$/
const url = /^(postgres(ql)?(\+\w+)?|socket):\/\/|^\//
const key = /^([0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i

/** All that `millrace server` can be told, by the names of the file. */
export const serverSettings = {
  port: setting(
    'where it listens; 0 takes a free port',
    whole(0, 65_535, 3000),
    'MILLRACE_PORT',
    3000,
    {
      ...{ flag: '--port', compat: 'PORT' },
    },
  ),
  host: setting(
    'on which address; 127.0.0.1 is reached from this machine alone',
    text('an address or the name of a host', /^[\w.:[\]-]{1,253}$/, '127.0.0.1'),
    ...(['MILLRACE_HOST', '127.0.0.1', { flag: '--host', compat: 'HOST' }] as const),
  ),
  databaseUrl: setting(
    'Postgres to use',
    text('a connection string', url, 'postgresql://user:password@localhost:5432/database'),
    ...([
      'DATABASE_URL',
      undefined,
      {
        flag: '--database-url',
        compat: 'DATABASE_URL',
        secret: true,
        otherwise: 'its own, in `./.millrace`',
      },
    ] as const),
  ),
  schema: setting(
    'schema of the engine',
    text('a name', /^[a-z_][a-z0-9_]{0,62}$/, 'millrace'),
    'MILLRACE_SCHEMA',
    'millrace',
    { flag: '--schema' },
  ),
  tenant: setting(
    'whose schedules in code are run, and who gets secrets of the environment',
    text('the slug of a tenant', name, 'default'),
    ...(['MILLRACE_TENANT', 'default', { flag: '--tenant' }] as const),
  ),
  dataDir: setting(
    'where its own Postgres keeps its data',
    text('a path', path, './.millrace/pg'),
    'MILLRACE_DATA_DIR',
    './.millrace/pg',
    { flag: '--data-dir' },
  ),
  migrate: setting(
    'the schema at start: `auto` brings it up to date, `check` refuses an old one, `off` does neither',
    choice(['auto', 'check', 'off']),
    ...(['MILLRACE_MIGRATE', 'auto', { flag: '--migrate' }] as const),
  ),
  logLevel: setting(
    'what it tells: `debug` of every run, `info` of runs that fail, `warn` and `error` only what goes wrong inside',
    choice(['debug', 'info', 'warn', 'error'], { warning: 'warn', critical: 'error' }),
    ...(['MILLRACE_LOG_LEVEL', 'info', { flag: '--log-level', compat: 'LOG_LEVEL' }] as const),
  ),

  worker: setting('whether runs are worked on in this process', truth, 'MILLRACE_WORKER', true, {
    flag: '--no-worker',
  }),
  workflows: setting(
    'files of workflows for all tenants, as globs',
    texts('globs with commas between them', path, './workflows/**/*.ts'),
    ...([
      'MILLRACE_WORKFLOWS',
      undefined,
      { flag: '--workflows', otherwise: '`./workflows/**/*.{ts,js,mjs,mts,yaml,yml}`' },
    ] as const),
  ),
  concurrency: setting('runs at work at once', whole(1, 10_000, 100), 'MILLRACE_CONCURRENCY', 100, {
    flag: '--concurrency',
    compat: 'ARQ_CONCURRENCY',
  }),
  drain: setting(
    'how long running steps may take to end at a stop',
    lasting(0, HOUR, '30 s'),
    'MILLRACE_DRAIN',
    30_000,
    { flag: '--drain' },
  ),
  lease: setting(
    'how long a dead worker goes unnoticed',
    lasting(1000, HOUR, '15 s'),
    'MILLRACE_LEASE',
    15_000,
  ),
  httpAllow: setting(
    'what `http` nodes may reach beside the public internet',
    texts(
      'hosts, host:port or ranges with commas between them',
      /^[^\s\p{Cc}]+$/u,
      'crm.internal:8080',
    ),
    ...([
      'MILLRACE_HTTP_ALLOW',
      undefined,
      { flag: '--http-allow', otherwise: 'nothing' },
    ] as const),
  ),
  httpTimeout: setting(
    'of an `http` node that names none',
    lasting(1, DAY, '30 s'),
    'MILLRACE_HTTP_TIMEOUT',
    30_000,
    { compat: 'HTTP_STEP_TIMEOUT' },
  ),
  maxResponseBytes: setting(
    'bytes of the answer to an `http` node',
    whole(1, 64 * MEBIBYTE, MEBIBYTE),
    'MILLRACE_MAX_RESPONSE_BYTES',
    MEBIBYTE,
    { compat: 'MAX_RESPONSE_BODY_SIZE' },
  ),
  statements: setting(
    'a file of SQL that `sql` nodes may run',
    text('a path', path, 'statements.yaml'),
    'MILLRACE_STATEMENTS',
    undefined,
    { flag: '--statements', otherwise: 'none' },
  ),
  maxSubWorkflowDepth: setting(
    'how many `sub_workflow` nodes may wait for each other',
    whole(1, 32, 3),
    'MILLRACE_MAX_SUB_WORKFLOW_DEPTH',
    32,
    { compat: 'MAX_SUB_WORKFLOW_DEPTH' },
  ),

  selfRegistration: setting(
    'whether anybody may make a tenant, with a key',
    truth,
    ...([
      'MILLRACE_SELF_REGISTRATION',
      undefined,
      {
        flag: '--self-registration',
        compat: 'SELF_REGISTRATION_ENABLED',
        otherwise: 'on a loopback address: programs of this machine; elsewhere it must be said',
      },
    ] as const),
  ),
  defaultTenantName: setting(
    'the tenant that `millrace seed` makes',
    text('1 to 200 characters', /^[^\p{Cc}]{1,200}$/u, 'My Project'),
    ...([
      'MILLRACE_DEFAULT_TENANT_NAME',
      undefined,
      { compat: 'DEFAULT_TENANT_NAME', otherwise: 'the tenant `default`' },
    ] as const),
  ),
  maxSteps: setting(
    'nodes of a graph that comes by HTTP',
    whole(1, 10_000, 50),
    'MILLRACE_MAX_STEPS',
    10_000,
    { compat: 'MAX_STEPS_PER_WORKFLOW' },
  ),
  maxGraphDepth: setting(
    'its longest chain of nodes',
    whole(1, 10_000, 20),
    'MILLRACE_MAX_GRAPH_DEPTH',
    undefined,
    { otherwise: 'no limit' },
  ),
  runTimeout: setting(
    'of a workflow that is created by the routes of the Workflow Automation Engine and names no `timeout`',
    lasting(1000, 365 * DAY, '300'),
    ...([
      'MILLRACE_RUN_TIMEOUT',
      undefined,
      { compat: 'EXECUTION_TIMEOUT_SECONDS', otherwise: 'none' },
    ] as const),
  ),
  cronTimezone: setting(
    'of a workflow that is created by these routes, by cron, and names no `timezone`',
    zone,
    'MILLRACE_CRON_TIMEZONE',
    'UTC',
    { compat: 'CRON_TIMEZONE' },
  ),
  replay: setting(
    'whether ended runs may be started again with other data, by `replay` of the Workflow Automation Engine',
    truth,
    'MILLRACE_REPLAY',
    true,
    { compat: 'WEBHOOK_REPLAY_ENABLED' },
  ),
  maxBodyBytes: setting(
    'bytes of a request, webhooks too',
    whole(1, 64 * MEBIBYTE, MEBIBYTE),
    'MILLRACE_MAX_BODY_BYTES',
    MEBIBYTE,
    { compat: 'MAX_PAYLOAD_SIZE' },
  ),
  maxConnections: setting(
    'connections at once',
    whole(1, 1_000_000, 10_000),
    'MILLRACE_MAX_CONNECTIONS',
    10_000,
  ),
  basePath: setting(
    'where the routes stand',
    text("a path like '/engine'", /^(\/[A-Za-z0-9._~-]+)+$/, '/engine'),
    'MILLRACE_BASE_PATH',
    undefined,
    { otherwise: 'at the root' },
  ),
  cors: setting(
    'origins whose pages may call',
    texts('origins with commas between them', origin, 'https://app.example.com'),
    'MILLRACE_CORS',
    undefined,
    { otherwise: 'none' },
  ),
  allowHosts: setting(
    'host names that requests may be for',
    texts('names with commas between them', /^[\w.:[\]-]+$/, 'flows.example.com'),
    'MILLRACE_ALLOW_HOSTS',
    undefined,
    { otherwise: 'all' },
  ),
  trustedProxies: setting(
    'whose `X-Forwarded-For` is believed',
    texts('addresses or networks with commas between them', network, '10.0.0.0/8'),
    'MILLRACE_TRUSTED_PROXIES',
    undefined,
    { otherwise: 'nobody' },
  ),
  mcp: setting('whether there is `/mcp`', truth, 'MILLRACE_MCP', true),

  secretsKey: setting(
    'what secrets of tenants are encrypted with; of several, with commas between them, the first encrypts',
    texts('32 random bytes as base64 or hex', key, 'what "openssl rand -base64 32" prints'),
    ...([
      'MILLRACE_SECRETS_KEY',
      undefined,
      { secret: true, otherwise: 'secrets cannot be put' },
    ] as const),
  ),
  metricsToken: setting(
    'who has it gets `/metrics`',
    text('at least 16 characters', /^[^\s\p{Cc}]{16,}$/u, 'what "openssl rand -hex 24" prints'),
    'MILLRACE_METRICS_TOKEN',
    undefined,
    { secret: true, otherwise: 'nobody does' },
  ),
  jwtIssuer: setting(
    'whose tokens are believed',
    texts('issuers with commas between them', /^[^\s\p{Cc}]+$/u, 'https://id.example.com/'),
    'MILLRACE_JWT_ISSUER',
    undefined,
    { otherwise: 'no tokens are' },
  ),
  jwtAudience: setting(
    'for whom tokens must be',
    texts('audiences with commas between them', /^[^\s\p{Cc}]+$/u, 'flows'),
    'MILLRACE_JWT_AUDIENCE',
    undefined,
    { otherwise: 'needed with an issuer' },
  ),
  jwtJwksUrl: setting(
    'where the public keys of the issuer are',
    text('an https URL', /^https?:\/\/\S+$/, 'https://id.example.com/keys'),
    'MILLRACE_JWT_JWKS_URL',
    undefined,
    { otherwise: 'this or the secret' },
  ),
  jwtSecret: setting(
    'the secret of tokens of HS256, HS384 or HS512',
    text('at least 32 bytes', /^[^\p{Cc}]{32,}$/u, 'what "openssl rand -base64 48" prints'),
    'MILLRACE_JWT_SECRET',
    undefined,
    { secret: true, otherwise: 'this or the URL' },
  ),
  jwtAlgorithms: setting(
    'algorithms of tokens',
    texts('names of algorithms with commas between them', /^[A-Za-z0-9]+$/, 'RS256,ES256'),
    'MILLRACE_JWT_ALGORITHMS',
    undefined,
    { otherwise: '`RS256,PS256,ES256,EdDSA`; with a secret `HS256`' },
  ),
  jwtTenantClaim: setting(
    'the claim that holds the slug of the tenant',
    claim,
    'MILLRACE_JWT_TENANT_CLAIM',
    'tenant',
  ),
  jwtRolesClaim: setting('the claim that holds roles', claim, 'MILLRACE_JWT_ROLES_CLAIM', 'roles'),
  jwtDefaultTenant: setting(
    'the tenant of tokens that name none',
    text('the slug of a tenant', name, 'default'),
    'MILLRACE_JWT_DEFAULT_TENANT',
    undefined,
    { otherwise: 'they are refused' },
  ),
}

export type SettingName = keyof typeof serverSettings

/** The value of each. */
export type Configuration = {
  -readonly [K in SettingName]: (typeof serverSettings)[K]['value']
}

/** Variables of the Workflow Automation Engine that nothing here heeds, and why. */
export const unheeded: Readonly<Record<string, string>> = {
  REDIS_URL: 'there is no Redis: queues, rates and live events are in Postgres.',
  ENV: 'there is one way to run; what differs is set by itself.',
  MAX_CONCURRENT_STEPS:
    'steps of a graph run as they become due; `concurrency` limits runs, and limits of workflows and queues do the rest.',
  MAX_CRON_WORKFLOWS:
    'schedules are rows of the database; the quota `definitions` limits what a tenant stores.',
  ARQ_MAX_JOBS: 'there is no other queue; use ARQ_CONCURRENCY.',
}

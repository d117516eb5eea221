import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { configurationTable } from '../../src/cli/configuration/configuration-table.ts'
import { readConfiguration } from '../../src/cli/configuration/read-configuration.ts'
import { serverSettings } from '../../src/cli/configuration/server-settings.ts'
import { checkParts, surroundingsOf } from '../../src/cli/server-parts.ts'
import type { InvalidInputError } from '../../src/model/errors.ts'
import { makeFolder } from './millrace.ts'

const root = new URL('../../', import.meta.url)
let folder: Awaited<ReturnType<typeof makeFolder>>
const home = process.cwd()

beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => folder.remove())
afterEach(() => process.chdir(home))

const at = (file: string) => join(folder.path, file)
const read = (env: NodeJS.ProcessEnv = {}, flags: Parameters<typeof readConfiguration>[0] = {}) =>
  readConfiguration(flags, env, (values) => checkParts(values, env))
const mistakes = async (...args: Parameters<typeof read>) => {
  const error = await read(...args).then(
    () => null,
    (refused: InvalidInputError) => refused,
  )
  return (error?.issues ?? []).map(({ message }) => message)
}

describe('where a value is from', () => {
  test('flags win over the environment, that over the file, that over defaults', async () => {
    await folder.write(
      'one.yaml',
      'port: 4001\nhost: localhost\nconcurrency: 7\ncors: [https://a.example]\n',
    )
    const env = { PORT: '4002', HOST: '::1', MILLRACE_CONFIG: at('one.yaml') }
    const { values, from } = await read(env, { port: '4003' })
    expect(values).toMatchObject({ port: 4003, host: '::1', concurrency: 7, drain: 30_000 })
    expect(values.cors).toEqual(['https://a.example'])
    expect([from.port, from.host, from.drain]).toEqual(['--port', 'HOST', 'default'])
    expect(from.concurrency).toBe(`concurrency in ${at('one.yaml')}`)
  })

  test('our name of a variable wins over that of the Workflow Automation Engine; an empty one is none', async () => {
    const env = { MILLRACE_PORT: '5001', PORT: '5002', MILLRACE_HOST: '', HOST: 'localhost' }
    const { values, from } = await read(env)
    expect([values.port, from.port, values.host]).toEqual([5001, 'MILLRACE_PORT', 'localhost'])
  })

  test('a file in the working directory is found; two are refused', async () => {
    process.chdir(folder.path)
    await folder.write('millrace.config.json', '{"port": 4010, "selfRegistration": false}')
    expect((await read()).values).toMatchObject({ port: 4010, selfRegistration: false })
    await folder.write('millrace.config.yml', 'port: 4011\n')
    await expect(read()).rejects.toThrow(/millrace.config.json and millrace.config.yml/)
  })

  test('all variables of the Workflow Automation Engine are heeded, or it is told why not', async () => {
    const env = {
      ...{
        DATABASE_URL: 'postgresql+asyncpg://u:p@db/x',
        REDIS_URL: 'redis://x',
        ENV: 'production',
      },
      ...{
        HOST: '127.0.0.1',
        PORT: '8000',
        LOG_LEVEL: 'WARNING',
        SELF_REGISTRATION_ENABLED: 'True',
      },
      ...{ DEFAULT_TENANT_NAME: 'Mine', MAX_STEPS_PER_WORKFLOW: '50', MAX_CONCURRENT_STEPS: '10' },
      ...{ EXECUTION_TIMEOUT_SECONDS: '300', HTTP_STEP_TIMEOUT: '20', MAX_PAYLOAD_SIZE: '2048' },
      ...{ MAX_RESPONSE_BODY_SIZE: '1024', MAX_SUB_WORKFLOW_DEPTH: '3', ARQ_MAX_JOBS: '100' },
      ...{ WEBHOOK_REPLAY_ENABLED: 'false', CRON_TIMEZONE: 'Europe/Berlin' },
      ...{ MAX_CRON_WORKFLOWS: '50', ARQ_CONCURRENCY: '10' },
    }
    const { values, from, notes } = await read(env)
    expect(values).toMatchObject({
      ...{ port: 8000, logLevel: 'warn', selfRegistration: true, defaultTenantName: 'Mine' },
      ...{ maxSteps: 50, runTimeout: 300_000, httpTimeout: 20_000, maxBodyBytes: 2048 },
      ...{ maxResponseBytes: 1024, maxSubWorkflowDepth: 3, replay: false, concurrency: 10 },
      cronTimezone: 'Europe/Berlin',
    })
    const heeded = Object.values(from)
    for (const name of Object.keys(env))
      expect(heeded.includes(name) || notes.some((note) => note.startsWith(name)), name).toBe(true)
  })

  test('commas within the braces of a glob are its own', async () => {
    const { values } = await read({ MILLRACE_WORKFLOWS: 'a/*.{ts,js}, b/*.js' })
    expect(values.workflows).toEqual(['a/*.{ts,js}', 'b/*.js'])
  })

  test('a variable of ours that is none is told', async () => {
    const { notes } = await read({ MILLRACE_CONCURENCY: '5', MILLRACE_SECRET_CRM: 'x' })
    expect(notes).toEqual(['MILLRACE_CONCURENCY is no setting. Did you mean MILLRACE_CONCURRENCY?'])
  })
})

test('secrets of the environment are for graphs of the own tenant', async () => {
  const env = { MILLRACE_SECRET_CRM: 'geheim', MILLRACE_TENANT: 'mine' }
  const { values } = await read(env)
  const { secrets } = await surroundingsOf(values, env)
  const look = secrets as (name: string, of: { tenant: string }) => string | undefined
  expect(look('crm', { tenant: 'mine' })).toBe('geheim')
  expect(look('crm', { tenant: 'other' })).toBeUndefined()
})

describe('mistakes', () => {
  test('are told all at once: name, value, rule, what to do', async () => {
    await folder.write(
      'bad.yaml',
      'prot: 1\nconcurrency: many\nmcp: [1]\nsecretsKey: geheimgeheim\n',
    )
    const env = {
      PORT: '99999',
      HOST: '0.0.0.0',
      CRON_TIMEZONE: 'Mars',
      MILLRACE_CONFIG: at('bad.yaml'),
    }
    const found = await mistakes(env, { drain: 'long' })
    expect(found).toHaveLength(8)
    expect(found).toContainEqual(
      'PORT is "99999", but must be a whole number from 0 to 65535. Give one, like 3000.',
    )
    for (const part of [
      /^prot in .*Did you mean port\?/,
      /^--drain is "long"/,
      /"Mars"/,
      /^mcp in/,
    ])
      expect(found).toContainEqual(expect.stringMatching(part))
    expect(found.join()).toContain('secretsKey in')
    expect(found.join()).not.toContain('geheim')
  })

  test.for(['0.0.0.0', '::', '192.0.2.7', 'flows.example.com'])(
    'on %s somebody must have decided who may register',
    async (host) => {
      expect(await mistakes({ HOST: host })).toEqual([
        expect.stringContaining('MILLRACE_SELF_REGISTRATION (or SELF_REGISTRATION_ENABLED)'),
      ])
      for (const said of ['true', 'false'])
        expect(await mistakes({ HOST: host, SELF_REGISTRATION_ENABLED: said })).toEqual([])
    },
  )

  test.for(['127.0.0.1', '127.5.5.5', '::1', 'localhost'])('on %s nobody must', async (host) => {
    expect(await mistakes({ HOST: host })).toEqual([])
  })

  test('tokens need an issuer, an audience, and one kind of key', async () => {
    expect(await mistakes({ MILLRACE_JWT_AUDIENCE: 'flows' })).toHaveLength(1)
    expect(await mistakes({ MILLRACE_JWT_ISSUER: 'https://id.example.com/' })).toHaveLength(2)
    const env = {
      ...{ MILLRACE_JWT_ISSUER: 'https://id.example.com/', MILLRACE_JWT_AUDIENCE: 'flows' },
      MILLRACE_JWT_JWKS_URL: 'http://id.example.com/keys',
    }
    // what only those tell who take the value
    expect(await mistakes(env)).toEqual([expect.stringContaining('is not an https URL')])
  })

  test.for(['port: [\n', '- a\n', 'port: 1\nport: 2\n', '"geheim'])(
    'a file that cannot be read is refused with the place, and not with the line: %j',
    async (text) => {
      await folder.write('broken.yaml', text)
      const refused = await read({}, { config: at('broken.yaml') }).catch((error: Error) => error)
      expect(refused).toBeInstanceOf(Error)
      expect((refused as Error).message).toContain('broken.yaml')
      expect((refused as Error).message).not.toContain('geheim')
    },
  )

  test('a file that is named must be there', async () => {
    await expect(read({}, { config: at('none.json') })).rejects.toThrow(/no such file/)
  })
})

test('docs/server-command.md has the table of all settings', async () => {
  const page = await readFile(new URL('docs/server-command.md', root), 'utf8')
  expect(page).toContain(configurationTable())
  expect(Object.keys(serverSettings).length).toBeGreaterThan(40)
})

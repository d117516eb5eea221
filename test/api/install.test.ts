import { afterAll, expect, test } from 'vitest'
import { apiRoleStatements, servedNames } from '../../src/cli/api-roles.ts'
import { Database } from '../../src/kernel/database.ts'
import { checkMigrated, migrate, migrationScript } from '../../src/kernel/migrate.ts'
import { ERROR_CODES } from '../../src/model/error-codes.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const db = new Database({ pool: kernel.pool })

async function names(schema: string): Promise<string[]> {
  const rows = await kernel.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace($1)
     union select proname from pg_proc where pronamespace = to_regnamespace($1) order by 1`,
    [schema],
  )
  return rows.map(({ name }) => name)
}

test('it is there where it was asked for, and then kept up to date', async () => {
  await migrate(db, { testing: true })
  expect(await names('api')).toEqual([])
  const { applied } = await migrate(db, { testing: true, api: 'api' })
  expect(applied).toContain('api/api/views/runs.sql')
  const { views, functions } = servedNames()
  expect(await names('api')).toEqual([...views, ...functions].sort())
  expect((await migrate(db, { testing: true, api: 'api' })).applied).toEqual([])
  await kernel.query(
    `update millrace.repeatables set checksum = 'old' where path like '%views/steps.sql'`,
  )
  expect((await migrate(db, { testing: true })).applied).toEqual(['api/api/views/steps.sql'])
})

test('its schema may be called otherwise, and the engine’s too; there may be two', async () => {
  await migrate(db, { testing: true, api: 'rest' })
  expect(await names('rest')).toEqual(await names('api'))
  await kernel.route({ name: 'order' })
  await kernel.query(`begin; set local request.jwt.claims = '{"tenant": "default"}';
    select rest.start_workflow('order'); commit`)
  await using empty = await createEmptyDatabase()
  await empty.query(migrationScript('engine_2', { api: 'rest_2' }))
  const second = new Database({ pool: empty.pool }, { schema: 'engine_2' })
  await checkMigrated(second)
  expect(await empty.value(`select count(*)::int from rest_2.runs`)).toBe(0)
})

test('nothing of the user is replaced, and the schema of the engine is not taken', async () => {
  await using empty = await createEmptyDatabase()
  await empty.query(
    'create schema api; create view api.runs as select 1 as mine; create table api.other ()',
  )
  const own = new Database({ pool: empty.pool })
  await expect(migrate(own, { api: 'api' })).rejects.toThrow(/has runs already/)
  await expect(migrate(own, { api: 'millrace' })).rejects.toThrow(/the engine is in it/)
  await expect(migrate(own, { api: 'No such' })).rejects.toThrow(/does not match/)
  expect(await empty.value('select mine from api.runs')).toBe(1)
  await empty.query('drop view api.runs')
  await migrate(own, { api: 'api' })
  await migrate(own, { api: 'api' })
})

test('rights are printed for a role, and running them again changes nothing', async () => {
  const role = `twice_${kernel.name}`
  const admin = await kernel.connect(true)
  const text = apiRoleStatements('millrace', { schema: 'api', role })
  await admin.query(text)
  await admin.query(text)
  const { rows } = await admin.query(
    `select count(*)::int as count from pg_proc where pronamespace = 'api'::regnamespace and has_function_privilege($1, oid, 'execute')`,
    [role],
  )
  expect(rows[0].count).toBe(servedNames().functions.length)
  await admin.query(`drop owned by ${role}; drop role ${role}`)
  expect(() => apiRoleStatements('millrace', { schema: 'api', role: 'x; drop' })).toThrow(
    /Role name/,
  )
})

test('an error has the status of the table behind PostgREST, and stays as it is elsewhere', async () => {
  const client = await kernel.connect()
  for (const [code, { httpStatus }] of Object.entries(ERROR_CODES)) {
    // of requests that cannot be read: no function raises them
    if (code.startsWith('MR06')) continue
    const error = await client
      .query(
        `set request.method = 'POST'; select millrace.answer_error('${code}', 'what', '{"a": 1}', 'do')`,
      )
      .then(
        () => null,
        (refused: { code: string; message: string; detail: string }) => refused,
      )
    expect(error?.code).toBe('PGRST')
    expect(JSON.parse(error?.message ?? '')).toEqual({
      ...{ code, message: 'what', details: '{"a": 1}', hint: 'do' },
    })
    expect([code, JSON.parse(error?.detail ?? '').status]).toEqual([code, httpStatus])
  }
  await client.query(`set request.method = ''`)
  await expect(
    client.query(`select millrace.answer_error('MR041', 'what', '{}', 'do')`),
  ).rejects.toMatchObject({ code: 'MR041', message: 'what', hint: 'do' })
})

afterAll(() => db.close())

// A new table, view, function or grant that is not kept apart as it should be fails here; and that it would is shown by making one.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roleStatements } from '../../src/cli/roles.ts'
import { findOpenings } from '../support/catalogue.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  const admin = await db.connect(true)
  await admin.query(roleStatements())
})
afterAll(() => db.drop())

test('nothing is open, and every grant is one of roles.ts', async () => {
  expect(await findOpenings(db)).toEqual([])
})

test('no role of the engine is a superuser, or passes by row-level security', async () => {
  const rows = await db.query(
    `select rolname from pg_roles where rolname ~ '^millrace_(owner|migrator|worker|client|server|tenant)$'
       and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
  )
  expect(rows).toHaveLength(6)
})

test('who reads one tenant’s rows calls nothing but what tells nothing', async () => {
  const rows = await db.query<{ proname: string }>(
    `select proname from pg_proc where pronamespace = 'millrace'::regnamespace
       and has_function_privilege('millrace_tenant', oid, 'execute') order by proname`,
  )
  expect(rows.map(({ proname }) => proname)).toEqual([
    ...['clock', 'current_tenant', 'machine_uuid', 'run_number', 'run_uuid'],
  ])
})

/** What somebody may forget, and what is said of it. */
const slips: [what: string, make: string, says: RegExp][] = [
  [
    'a table without row-level security',
    'create table millrace.t (tenant_id int)',
    /table t: row-level security is not enabled/,
  ],
  [
    'one for which it is not forced',
    'alter table millrace.runs no force row level security',
    /table runs: row-level security is not forced/,
  ],
  [
    'a partition without it',
    'alter table millrace.runs_0 disable row level security',
    /table runs_0: row-level security is not enabled/,
  ],
  ['a table without its policy for readers', 'drop policy tenant on millrace.live', /live: no/],
  ['a table without that of the owner', 'drop policy kernel on millrace.live', /live: no policy k/],
  [
    'a policy for readers that lets all be seen',
    'alter policy tenant on millrace.live using (true)',
    /live: no policy tenant/,
  ],
  [
    'a policy for readers by which they write',
    `drop policy tenant on millrace.live; create policy tenant on millrace.live
       using (tenant_id = (select millrace.current_tenant()))`,
    /live: no policy tenant/,
  ],
  [
    'the owner’s policy for everybody',
    'alter policy kernel on millrace.live to public',
    /live: no policy kernel/,
  ],
  [
    'one policy more',
    'create policy more on millrace.live for select using (true)',
    /policy more lets others in/,
  ],
  [
    'a view with the rights of its owner',
    'create view millrace.v as select 1 as a',
    /view v: not of security_invoker/,
  ],
  [
    'a materialized view',
    'create materialized view millrace.m as select 1 as a',
    /view m: not of security_invoker/,
  ],
  [
    'a function with the search path of its caller',
    `create function millrace.f() returns int language plpgsql security definer as $$ begin return 1; end $$;
     revoke all on function millrace.f() from public`,
    /function f: its search_path/,
  ],
  [
    'a function that everybody may call',
    `create function millrace.f() returns int language plpgsql security definer set search_path = pg_catalog, pg_temp
       as $$ begin return 1; end $$`,
    /function f: anybody/,
  ],
  [
    'a function that reads tables with the rights of its caller',
    `create function millrace.f() returns bigint language sql set search_path = pg_catalog, pg_temp
       as $$ select count(*) from millrace.runs $$; revoke all on function millrace.f() from public`,
    /function f: reads tables/,
  ],
  [
    'a right to a table',
    'grant select on millrace.secrets to millrace_tenant',
    /table secrets: select to millrace_tenant is not in roles.ts/,
  ],
  [
    'a right to a column',
    'grant select (hash) on millrace.api_keys to millrace_client',
    /column api_keys.hash: select to millrace_client/,
  ],
  [
    'a right to write',
    'grant insert on millrace.runs to public',
    /table runs: insert to public is not in roles.ts/,
  ],
  [
    'a right to a function',
    'grant execute on function millrace.delete_runs(int, bigint[]) to millrace_client',
    /function delete_runs: execute to millrace_client/,
  ],
  [
    'a right to the schema',
    'grant create on schema millrace to millrace_worker',
    /schema millrace: create to millrace_worker/,
  ],
  [
    'a right that is missing',
    'revoke execute on function millrace.verify_key(text, bytea) from millrace_server',
    /function verify_key: execute to millrace_server is not granted/,
  ],
]

test.each(slips)('%s is found', async (_what, make, says) => {
  const client = await db.connect()
  await client.query('begin')
  try {
    await client.query(make)
    const inside = { ...db, query: async (text: string) => (await client.query(text)).rows }
    const found = await findOpenings(inside as TestDatabase)
    expect(found.filter((line) => says.test(line))).not.toEqual([])
  } finally {
    await client.query('rollback')
    await client.end()
  }
})

test('a table that a migration brings has its policies, though their file is as it was', async () => {
  await using fresh = await createDatabase({ testClock: false })
  const [policies] = await fresh.query<{ checksum: string }>(
    `select checksum from millrace.repeatables where path = 'policies/tenant_isolation.sql'`,
  )
  await fresh.query('create table millrace.later (tenant_id int)')
  await fresh.query(`delete from millrace.migrations where name = 'migrations/0017_tenants.sql'`)
  await fresh.query(
    `drop table millrace.api_keys, millrace.members, millrace.audit, millrace.secrets, millrace.quotas,
       millrace.quota_use, millrace.rates cascade;
     alter table millrace.tenants drop column name, drop column suspended_at, drop column suspend_reason,
       drop column deleting_at`,
  )
  const { Database } = await import('../../src/kernel/database.ts')
  const { migrate } = await import('../../src/kernel/migrate.ts')
  const { applied } = await migrate(new Database({ pool: fresh.pool }))
  expect(applied).toContain('policies/tenant_isolation.sql')
  const after = await fresh.query(
    `select checksum from millrace.repeatables where path = 'policies/tenant_isolation.sql'`,
  )
  expect(after).toEqual([policies])
  const open = await fresh.query(
    `select relname from pg_class c where relnamespace = 'millrace'::regnamespace and relkind in ('r', 'p')
       and (not relforcerowsecurity or (select count(*) from pg_policy p where p.polrelid = c.oid) < 2)`,
  )
  expect(open).toEqual([])
})

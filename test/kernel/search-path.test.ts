import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantedFunctions } from '../../src/cli/roles.ts'
import { asAdmin } from '../support/database.ts'
import { openKernel, uuid } from '../support/kernel.ts'

const kernel = await openKernel()
const role = `millrace_attacker_${randomBytes(4).toString('hex')}`

beforeAll(async () => {
  await asAdmin(`create role ${role}`)
  await kernel.query(`grant usage on schema millrace to ${role}`)
  const functions = grantedFunctions('client').map((name) => `millrace.${name}`)
  await kernel.query(`grant execute on function ${functions.join(', ')} to ${role}`)
})
afterAll(async () => {
  const admin = await kernel.connect(true)
  await admin.query(`drop owned by ${role}`)
  await admin.query(`drop role ${role}`)
})

/** A session with the grants of a client, in which every type of that name is the attacker's. */
async function attack(types: readonly string[]) {
  const client = await kernel.connect(true)
  await client.query(`set role ${role}`)
  await client.query(`
    create function pg_temp.strike() returns pg_catalog.bool language plpgsql as $$
    begin
      if current_user <> '${role}' then raise exception 'runs as %', current_user; end if;
      return true;
    end $$`)
  for (const type of types) {
    await client.query(
      `create domain pg_temp."${type}" as pg_catalog."${type}" check (pg_temp.strike())`,
    )
  }
  return client
}

test('types that a client makes for itself run no code as the owner', async () => {
  const route = await kernel.route()
  const failed = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.fail(task)
  const run = uuid(await kernel.start(route))
  const client = await attack([
    ...['text', 'uuid', 'json', 'jsonb', 'timestamptz', 'int4', 'int8', 'int2', 'numeric'],
    ...['bool', 'interval', 'char', 'tid', 'float8'],
  ])
  const calls: [name: string, ...values: unknown[]][] = [
    ['tenant_id', 'default'],
    ['take_ids'],
    ['resolve_route', 1, route.name],
    [
      'start_workflow',
      route.name,
      '{}',
      '{"tags": ["t"], "attributes": {}, "delay": "1 day", "timeout": 9}',
    ],
    ['start_workflow', route.name, '{}', '{"idempotency_key": "k", "resource_id": "r"}'],
    ['get_run', run],
    ['get_runs', '{"statuses": ["pending"], "created_after": "2020-01-01"}'],
    ['get_timeline', run],
    ['check_progress', run],
    ['find_run', 1, run],
    ['run_json', 1, [failed]],
    ['watch', 1, 7],
    ['get_outcomes', 1, [failed]],
    ['pause_workflow', run],
    ['resume_workflow', run],
    ['trigger_event', run, 'go', '1'],
    ['fast_forward_workflow', run],
    ['retry_workflow', uuid(failed)],
    ['cancel_workflow', run],
    ['get_workflows'],
    ['get_workers'],
    ['put_schedule', 's', route.name, '{"every": "1 hour", "input": 1, "tags": ["t"]}'],
    ['put_schedule', 's', route.name, '{"cron": "0 9 * * *", "timezone": "Europe/Vienna"}'],
    ['run_schedule', 's'],
    ['pause_schedule', 's', '{"by": "x"}'],
    ['resume_schedule', 's'],
    ['get_schedules', '{"id": "s"}'],
    ['delete_schedule', 's'],
    ['start_workflow', route.name, '{}'],
    ['purge_queue', 'default', '{"dry_run": true}'],
    ['drain_workers', '{"all": true}'],
  ]
  const errors: string[] = []
  for (const [name, ...values] of calls) {
    const text = `select millrace.${name}(${values.map((_, i) => `$${i + 1}`)})`
    await client.query(text, values).catch((error) => errors.push(`${name}: ${error.message}`))
  }
  expect(errors).toEqual([])
})

test('the attack would strike a function that is made with an empty search path', async () => {
  await kernel.query(`
    create function public.careless() returns pg_catalog.text language plpgsql security definer set search_path = '' as $$
    declare v text := 'x'; begin return v; end $$`)
  const client = await attack(['text'])
  await expect(client.query('select public.careless()')).rejects.toThrow('runs as millrace_owner')
})

test('every function in the catalogue has the one search path, or had its names looked up when it was made', async () => {
  const offenders = await kernel.query(`
    select proname from pg_proc where pronamespace = 'millrace'::regnamespace and prosqlbody is null
    and 'search_path=pg_catalog, pg_temp' <> all (coalesce(proconfig, '{}'))`)
  expect(offenders).toEqual([])
})

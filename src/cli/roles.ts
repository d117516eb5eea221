import { DEFAULT_SCHEMA, inSchema } from '../kernel/schema-name.ts'

/** A role of the kernel, and the functions that it has to call. */
export type Role = 'client' | 'worker'

/** What WorkflowClient calls, by what for. */
const forClients = {
  'to start runs': [
    'tenant_id',
    'take_ids',
    'resolve_route',
    'start_runs',
    'start_workflow',
    'start_signalled',
  ],
  'to read runs': ['get_run', 'get_runs', 'get_timeline', 'check_progress', 'run_json', 'find_run'],
  'to see failures': ['get_failures'],
  'to see questions and answer them': ['get_approvals', 'answer_approval'],
  'to emit events and see them': ['emit_event', 'get_events'],
  'to wait for runs': ['watch', 'get_outcomes'],
  'to steer runs': [
    'trigger_event',
    'pause_workflow',
    'resume_workflow',
    'cancel_workflow',
    'terminate_workflow',
    'retry_workflow',
    'fork_workflow',
    'migrate_workflow',
    'discard_workflow',
    'fast_forward_workflow',
  ],
  'to steer many runs at once': [
    'bulk_cancel',
    'bulk_terminate',
    'bulk_pause',
    'bulk_resume',
    'bulk_retry',
    'bulk_discard',
    'bulk_fork',
    'bulk_signal',
    'bulk_migrate',
    'get_bulk_operation',
    'stop_bulk_operation',
    'prune',
  ],
  'to put schedules, and to see and steer them': [
    'put_schedule',
    'get_schedules',
    'delete_schedule',
    'pause_schedule',
    'resume_schedule',
    'run_schedule',
  ],
  'to set limits, and to pause what workers are given': [
    'put_queue',
    'pause_dispatch',
    'resume_dispatch',
  ],
  'to store workflows that are documents': ['define_workflow'],
  'to empty queues, and to let workers end': ['purge_queue', 'drain_workers'],
  'to see what is there': [
    'get_workflows',
    'get_versions',
    'get_definition',
    'get_workers',
    'get_queues',
    'get_limits',
    'get_storage',
  ],
}

/** What a worker calls beside that. */
const forWorkers = {
  'to make workflows known': [
    'register_workflow',
    'sync_schedules',
    'adopt_workflow',
    'get_routes',
    'describe_routes',
    'get_documents',
    'stored_documents',
  ],
  'to live': [
    'register_worker',
    'describe_worker',
    'renew_lease',
    'report_running',
    'is_draining',
    'stop_worker',
  ],
  'to take runs and write what they did': [
    'claim_tasks',
    'ready_routes',
    'claim_tenants',
    'note_heads',
    'advance_tasks',
    'held_tasks',
    'journal_length',
    'call_off',
  ],
  'to look after the runs of others': [
    'recover',
    'expire_runs',
    'work_bulk',
    'prune_history',
    'close_children',
    'work_events',
    'due_schedules',
    'fire_schedules',
  ],
}

/** The functions that a role may execute: exactly those. */
export function grantedFunctions(role: Role): string[] {
  const client = Object.values(forClients).flat()
  return role === 'client' ? client : [...client, ...Object.values(forWorkers).flat()]
}

/**
 * Roles and grants as SQL for psql; running it again changes nothing. On a database without the
 * kernel's functions it makes the roles and the schema, so that the migrator can migrate.
 */
export function roleStatements(schema: string = DEFAULT_SCHEMA): string {
  const grants = [
    ...grant('clients and workers', 'millrace_client, millrace_worker', forClients),
    ...grant('workers', 'millrace_worker', forWorkers),
  ]
  const statements = [roles, owner, beforeGrants, ...grants, afterGrants].join('\n')
  return `${head}\n${inSchema(statements, schema)}`
}

function grant(who: string, to: string, functions: Record<string, readonly string[]>): string[] {
  return Object.entries(functions).map(([purpose, names]) => {
    const list = names.map((name) => `millrace.${name}`).join(',\n    ')
    return `  -- ${who}: ${purpose}\n  grant execute on function\n    ${list}\n    to ${to};\n`
  })
}

// Below, the bare word is the schema and may be replaced; millrace_worker is another word, and stays.
const head = `-- Roles and grants for Millrace. Run this as a superuser, in the database of the engine:
-- before the first migration, so that there are roles; after it, and after each upgrade, so that
-- they may execute the functions. Running it once more changes nothing.
--
--   millrace_owner     owns the schema; nobody logs in as it
--   millrace_migrator  runs "millrace migrate", as the owner
--   millrace_worker    runs workers; the migrator comes first
--   millrace_client    starts, signals, steers and reads runs
--
-- Give those that log in a password of their own:  alter role millrace_worker password '…';
-- Where another role has installed the schema, that role is its owner: leave out the first two.
-- A worker whose steps use your own tables (step.transaction) needs rights to those tables as well.

begin;`

const roles = ['owner nologin', 'migrator login', 'worker login', 'client login']
  .map((role) => {
    const [name, login] = role.split(' ') as [string, string]
    return `do $$ begin
  if not exists (select from pg_roles where rolname = 'millrace_${name}') then
    create role millrace_${name} ${login} noinherit;
  end if;
end $$;`
  })
  .join('\n')

const owner = `
-- the migrator acts as the owner, so that what it makes belongs to the owner
grant millrace_owner to millrace_migrator;
alter role millrace_migrator set role = 'millrace_owner';
do $$ begin
  execute format('grant connect, create on database %I to millrace_owner', current_database());
  execute format(
    'grant connect on database %I to millrace_migrator, millrace_worker, millrace_client',
    current_database());
end $$;

create schema if not exists millrace authorization millrace_owner;
grant usage on schema millrace to millrace_worker, millrace_client;
`

const beforeGrants = `do $$ begin
  if to_regproc('millrace.start_workflow') is null then
    raise notice 'There are no functions yet: migrate as millrace_migrator, then run this again.';
    return;
  end if;
`

const afterGrants = `  -- clients and workers: to see whether the schema is up to date
  grant select on millrace.migrations, millrace.repeatables to millrace_client, millrace_worker;
end $$;
commit;
`

import { DEFAULT_SCHEMA, inSchema } from '../kernel/schema-name.ts'
import { apiRoleStatements, type ServedApi } from './api-roles.ts'

/** A role of the kernel, and the functions that it has to call. */
export type Role = 'client' | 'worker' | 'server'

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
  'to follow runs and feeds, and to read logs': [
    'follow',
    'unfollow',
    'read_runs',
    'get_chunk',
    'open_feed',
    'read_feed',
    'note_feed',
    'close_feed',
    'get_logs',
  ],
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
  'to put webhooks, and to see what they did': [
    'put_webhook',
    'get_webhooks',
    'delete_webhook',
    'rotate_webhook_secret',
    'get_deliveries',
    'redeliver',
    'get_webhook_seals',
    'reseal_webhook',
  ],
  'to set limits, and to pause what workers are given': [
    'put_queue',
    'pause_dispatch',
    'resume_dispatch',
  ],
  'to start entities and to move them': [
    'start_entity',
    'start_entities',
    'transition',
    'execute_transitions',
    'move_entity',
    'migrate_entities',
  ],
  'to let triggers of tables start entities and keep their rows': [
    'start_entity_of_row',
    'keep_entity_row',
  ],
  'to see where entities stand, and their trails': [
    'get_entity',
    'get_entities',
    'get_history',
    'get_transitions',
    'verify_history',
    'count_entities',
    'get_state_times',
    'get_sla_breaches',
  ],
  'to store workflows that are documents, to end the starts of workflows, and to delete them': [
    'define_workflow',
    'define_machine',
    'activate_workflow',
    'deactivate_workflow',
    'delete_workflow',
  ],
  'to empty queues, and to let workers end': ['purge_queue', 'drain_workers'],
  'to see what is there': [
    'get_workflows',
    'get_versions',
    'get_definition',
    'get_definitions',
    'get_machines',
    'get_workers',
    'get_queues',
    'get_limits',
    'get_storage',
    'get_metrics',
    'get_engine_state',
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
  'to tell what is live, and to store logs': [
    'followed_runs',
    'send_live',
    'add_logs',
    'prune_live',
  ],
  'to look after the runs of others': [
    'recover',
    'expire_runs',
    'work_bulk',
    'prune_history',
    'close_children',
    'work_events',
    'work_entities',
    'due_schedules',
    'fire_schedules',
  ],
  'to send what webhooks tell': ['work_webhooks', 'report_posts', 'spread_feed'],
}

/** What a server, and who administers tenants, calls beside what clients do. */
const forServers = {
  'to know who asks, and how much they may': ['verify_key', 'verify_member', 'take_rate'],
  'to register tenants, and to steer them': [
    'register_tenant',
    'get_tenant',
    'get_tenants',
    'suspend_tenant',
    'resume_tenant',
    'delete_tenant',
    'export_tenant',
  ],
  'to say how much a tenant may have': ['put_quota', 'get_quotas'],
  'to give and take away keys': ['create_key', 'get_keys', 'revoke_key'],
  'to say what people may do': ['put_member', 'get_members', 'remove_member'],
  'to keep secrets': ['put_secret', 'get_secrets', 'delete_secret'],
  'to write down who did what, and to see it': ['append_audit', 'get_audit', 'prune_audit'],
  'to list entities as pypgflow does, and to know its ids': ['read_pypgflow', 'machine_of_id'],
  'to answer requests with a key once': ['begin_request', 'finish_request', 'renew_request'],
}

/** What workers and servers both call: to give secrets to graphs, and to encrypt them under another key. */
const forBoth = {
  'to read secrets, encrypted as they are': ['read_secret'],
  'to take what webhooks bring': ['webhook_at', 'accept_delivery', 'reject_delivery'],
}

/** Tables that a reader of one tenant never sees: they hold hashes of keys, secrets, and answers of servers. */
export const HIDDEN_TABLES = [
  'api_keys',
  'secrets',
  'requests',
  ...(['webhooks', 'webhook_secrets', 'webhook_deliveries', 'webhook_counts'] as const),
  ...(['feeds', 'feed', 'feed_readers', 'follows', 'chunks'] as const),
  'migrations',
  'repeatables',
] as const

/** Tables and views of which a reader sees the rows of its tenant. A partitioned table stands for its partitions. */
export const READABLE_TABLES = [
  ...['approvals', 'attributes', 'audit', 'bulk_operations', 'checkpoints', 'children'],
  ...[
    'continuations',
    'discards',
    'event_starts',
    'event_waits',
    'events',
    'idle_workers',
    'lanes',
  ],
  ...['limited_routes', 'limits', 'live', 'members', 'merged_starts', 'meters', 'outcomes'],
  ...['queue_heads', 'quota_use', 'quotas', 'rates', 'retention', 'routes', 'run_aliases'],
  ...['run_attributes', 'run_details', 'run_journal', 'run_keys', 'run_labels', 'runs'],
  ...['entities', 'entity_history', 'machine_states', 'machine_transitions'],
  ...['entity_details', 'entity_trail', 'machine_state_details', 'machine_transition_details'],
  'workflow_details',
  ...['logs', 'schedules', 'signals', 'stopped_workflows'],
  ...['start_keys', 'tenants', 'watchers', 'workers', 'workflow_documents', 'workflows'],
] as const

/** The functions that a role may execute: exactly those. */
export function grantedFunctions(role: Role): string[] {
  const more = {
    client: {},
    worker: { ...forWorkers, ...forBoth },
    server: { ...forServers, ...forBoth },
  }
  return [...Object.values(forClients), ...Object.values(more[role])].flat()
}

/**
 * Roles and grants as SQL for psql; running it again changes nothing. On a database without the
 * kernel's functions it makes the roles and the schema, so that the migrator can migrate.
 */
export function roleStatements(schema: string = DEFAULT_SCHEMA, served?: ServedApi): string {
  const grants = [
    ...grant('all of them', 'millrace_client, millrace_worker, millrace_server', forClients),
    ...grant('workers', 'millrace_worker', forWorkers),
    ...grant('servers', 'millrace_server', forServers),
    ...grant('workers and servers', 'millrace_worker, millrace_server', forBoth),
    readable(),
  ]
  const statements = [roles, owner, beforeGrants, ...grants, afterGrants].join('\n')
  const api = served === undefined ? '' : apiRoleStatements(schema, served)
  return `${head}\n${inSchema(statements, schema)}${api}`
}

function grant(who: string, to: string, functions: Record<string, readonly string[]>): string[] {
  return Object.entries(functions).map(([purpose, names]) => {
    const list = names.map((name) => `millrace.${name}`).join(',\n    ')
    return `  -- ${who}: ${purpose}\n  grant execute on function\n    ${list}\n    to ${to};\n`
  })
}

/** Of tables; their policies say of whose rows. */
function readable(): string {
  const list = READABLE_TABLES.map((name) => `millrace.${name}`).join(',\n    ')
  return `  -- readers of one tenant: to see its rows\n  grant select on\n    ${list}\n    to millrace_tenant;\n`
}

// Below, the bare word is the schema and may be replaced; millrace_worker is another word, and stays.
const head = `-- Roles and grants for Millrace. Run this as a superuser, in the database of the engine:
-- before the first migration, so that there are roles; after it, and after each upgrade, so that
-- they may execute the functions. Running it once more changes nothing.
--
--   millrace_owner     owns the schema; nobody logs in as it
--   millrace_migrator  runs "millrace migrate", as the owner
--   millrace_worker    runs workers; the migrator comes first
--   millrace_client    starts, signals, steers and reads runs; of any tenant that it names
--   millrace_server    that, and knows who asks: keys, members, secrets, quotas, tenants, the audit log
--   millrace_tenant    reads the rows of one tenant, and calls nothing; nobody logs in as it. Grant it to who shall
--                      read:  begin; set local role millrace_tenant; set local millrace.tenant_id = '7'; select …
--
-- None of them is a superuser, and none passes by row-level security. A server with a worker inside needs a role
-- with the rights of two: create role app login; grant millrace_server, millrace_worker to app;
--
-- Give those that log in a password of their own:  alter role millrace_worker password '…';
-- Where another role has installed the schema, that role is its owner: leave out the first two.
-- A worker whose steps use your own tables (step.transaction) needs rights to those tables as well.

begin;`

const roles = [
  ...['owner nologin', 'migrator login', 'worker login', 'client login', 'server login'],
  'tenant nologin',
]
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
do $$ begin
  if not exists (select from pg_db_role_setting s where s.setrole = 'millrace_migrator'::regrole
                 and s.setdatabase = 0 and 'role=millrace_owner' = any (s.setconfig)) then
    alter role millrace_migrator set role = 'millrace_owner';
  end if;
end $$;
do $$ begin
  execute format('grant connect, create on database %I to millrace_owner', current_database());
  execute format(
    'grant connect on database %I to millrace_migrator, millrace_worker, millrace_client, millrace_server',
    current_database());
end $$;

create schema if not exists millrace authorization millrace_owner;
grant usage on schema millrace to millrace_worker, millrace_client, millrace_server, millrace_tenant;
`

const beforeGrants = `do $$ begin
  if to_regproc('millrace.start_workflow') is null then
    raise notice 'There are no functions yet: migrate as millrace_migrator, then run this again.';
    return;
  end if;
`

const afterGrants = `  -- whoever calls functions: to see whether the schema is up to date
  grant select on millrace.migrations, millrace.repeatables to millrace_client, millrace_worker, millrace_server;
end $$;
commit;
`

import { DEFAULT_SCHEMA, inSchema } from '../kernel/schema-name.ts'
import { readApi } from '../kernel/sql-files.ts'
import { InvalidInputError } from '../model/errors.ts'

/** Where PostgREST finds what it serves, and the role as whom it asks. */
export type ServedApi = { readonly schema: string; readonly role: string }

/**
 * What the views read, and of the hot table only the columns that they show. Views with
 * `security_invoker` ask for their caller's rights; which rows there are, row-level security says.
 */
const behindViews = [
  ...['runs', 'routes', 'workflows', 'workflow_documents', 'outcomes', 'checkpoints'],
  ...['approvals', 'schedules', 'run_aliases', 'run_journal', 'stopped_workflows'],
  ...['entities', 'entity_history', 'machine_states', 'machine_transitions'],
  ...['entity_details', 'entity_trail', 'machine_state_details', 'machine_transition_details'],
  'workflow_details',
]
const columnsOfLive =
  'run_id, tenant_id, task, seq, state, reason, undo, wait_keys, wait_names, wait_until'
/** What the views call: it tells nothing that they were not given. */
const calledByViews = ['event_output', 'taken_event']

/** Views and functions of the schema for PostgREST, by the names of their files. */
export function servedNames(): { views: string[]; functions: string[] } {
  const paths = readApi('api', DEFAULT_SCHEMA).map(({ path }) => path)
  const inFolder = (folder: string) =>
    paths.flatMap((path) => new RegExp(`/${folder}/(\\w+)\\.sql$`).exec(path)?.[1] ?? [])
  return { views: inFolder('views'), functions: inFolder('functions') }
}

/**
 * The role as whom PostgREST asks, and its rights: the views, the functions, and nothing else.
 * Running it again changes nothing.
 * @throws InvalidInputError for a role's name that would need quotes
 */
export function apiRoleStatements(schema: string, { schema: api, role }: ServedApi): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) {
    throw new InvalidInputError(
      `Role name "${role}" does not match [a-z_][a-z0-9_]{0,62}. Choose a plain lower-case name.`,
    )
  }
  const { views, functions } = servedNames()
  const list = (names: string[], of: string) => names.map((name) => `${of}.${name}`).join(',\n    ')
  const grants = `
  grant usage on schema millrace to ${role};
  -- the tables behind the views, of which row-level security gives it the rows of the token's tenant
  grant select on
    ${list(behindViews, 'millrace')}
    to ${role};
  grant select (${columnsOfLive})
    on millrace.live to ${role};
  grant execute on function
    ${list(calledByViews, 'millrace')}
    to ${role};`
  return `
-- PostgREST: as ${role} it asks, once it has checked a token. Let the role with which it logs in become it:
--   create role authenticator login noinherit password '…';  grant ${role} to authenticator;
begin;
do $$ begin
  if not exists (select from pg_roles where rolname = '${role}') then
    create role ${role} nologin noinherit;
    alter role ${role} set statement_timeout = '10s';  -- PostgREST sets it for each request
  end if;
  -- PostgREST sets it for each request: a plan made for any status would not do for one that few runs have
  alter role ${role} set plan_cache_mode = force_custom_plan;
  if to_regclass('${api}.runs') is null then
    raise notice 'There is no schema ${api} yet: run "millrace migrate --api", then this again.';
    return;
  end if;
${inSchema(grants, schema)}
  grant usage on schema ${api} to ${role};
  grant select on
    ${list(views, api)}
    to ${role};
  grant execute on function
    ${list(functions, api)}
    to ${role};
end $$;
commit;
`
}

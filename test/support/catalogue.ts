import { grantedFunctions, HIDDEN_TABLES, READABLE_TABLES, type Role } from '../../src/cli/roles.ts'
import type { TestDatabase } from './database.ts'

/** Functions that anybody may call: they tell nothing. */
const OPEN = ['clock', 'machine_uuid', 'run_uuid', 'run_number', 'current_tenant']

/**
 * What in the catalogue of a schema is not kept apart as it should be, one line for each. `roles` must have been granted
 * what src/cli/roles.ts says.
 * @example expect(await findOpenings(db)).toEqual([])
 */
export async function findOpenings(db: TestDatabase): Promise<string[]> {
  const found = [
    ...(await openTables(db)),
    ...(await openPolicies(db)),
    ...(await openViews(db)),
    ...(await openFunctions(db)),
    ...(await openGrants(db)),
    ...(await unlisted(db)),
  ]
  return found.sort()
}

const relations = `pg_class c where c.relnamespace = 'millrace'::regnamespace and c.relname <> 'test_clock'`

async function openTables(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ relname: string; enabled: boolean; forced: boolean }>(
    `select c.relname, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
     from ${relations} and c.relkind in ('r', 'p')`,
  )
  return rows.flatMap(({ relname, enabled, forced }) => [
    ...(enabled ? [] : [`table ${relname}: row-level security is not enabled`]),
    ...(forced ? [] : [`table ${relname}: row-level security is not forced`]),
  ])
}

type Policy = {
  relname: string
  polname: string
  permissive: boolean
  command: string
  roles: string[]
  using: string
}

/** The two of each table, as sql/policies makes them, and no other that lets anybody see more. */
async function openPolicies(db: TestDatabase): Promise<string[]> {
  const tables = await db.query<{ relname: string; policies: Policy[] | null }>(
    `select c.relname, (select json_agg(json_build_object('polname', p.polname, 'permissive', p.polpermissive,
         'command', p.polcmd, 'using', pg_get_expr(p.polqual, p.polrelid),
         'roles', array(select coalesce(nullif(r, 0)::regrole::text, 'public') from unnest(p.polroles) r)))
       from pg_policy p where p.polrelid = c.oid) as policies
     from ${relations} and c.relkind in ('r', 'p')`,
  )
  return tables.flatMap(({ relname, policies }) => {
    const given = (policies ?? []).filter(({ permissive }) => permissive)
    const of = (name: string) => given.find(({ polname }) => polname === name)
    const others = given.filter(({ polname }) => polname !== 'kernel' && polname !== 'tenant')
    const { kernel, tenant } = { kernel: of('kernel'), tenant: of('tenant') }
    const isKernel = kernel?.roles.join() === 'millrace_owner' && kernel.using === 'true'
    const isTenant = tenant?.command === 'r' && tenant.using === expected(relname)
    return [
      ...(isKernel ? [] : [`table ${relname}: no policy kernel for the owner alone`]),
      ...(isTenant ? [] : [`table ${relname}: no policy tenant for reading the rows of one`]),
      ...others.map(({ polname }) => `table ${relname}: policy ${polname} lets others in`),
    ]
  })
}

function expected(table: string): string {
  if (table === 'migrations' || table === 'repeatables') return 'true'
  const column = table === 'tenants' ? 'id' : 'tenant_id'
  const current = 'SELECT millrace.current_tenant() AS current_tenant'
  return `(${column} = ( ${current}))`
}

async function openViews(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ relname: string; relkind: string }>(
    `select c.relname, c.relkind from ${relations} and c.relkind in ('v', 'm')
       and not (c.relkind = 'v' and 'security_invoker=true' = any (coalesce(c.reloptions, '{}')))`,
  )
  return rows.map(({ relname }) => `view ${relname}: not of security_invoker`)
}

async function openFunctions(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{
    proname: string
    definer: boolean
    path: boolean
    open: boolean
    reads: boolean
  }>(
    `select p.proname, p.prosecdef as definer,
       p.prosqlbody is not null or 'search_path=pg_catalog, pg_temp' = any (coalesce(p.proconfig, '{}')) as path,
       p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0) as open,
       exists (select from ${relations} and c.relkind in ('r', 'p', 'v') and p.prosrc ~ ('millrace[.]' || c.relname || '\\M'))
         as reads
     from pg_proc p where p.pronamespace = 'millrace'::regnamespace and not exists (
       select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  )
  return rows.flatMap(({ proname, definer, path, open, reads }) => [
    ...(definer || !reads ? [] : [`function ${proname}: reads tables, and is no security definer`]),
    ...(path ? [] : [`function ${proname}: its search_path is the caller’s`]),
    ...(open && !OPEN.includes(proname) ? [`function ${proname}: anybody may execute it`] : []),
  ])
}

type Grant = { kind: string; name: string; grantee: string; right: string }

/** Rights of anybody but the owner: exactly those of src/cli/roles.ts. */
async function openGrants(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<Grant>(
    `select x.kind, x.name, coalesce(nullif(a.grantee, 0)::regrole::text, 'public') as grantee, lower(a.privilege_type) as right
     from (select 'schema' as kind, n.nspname::text as name, n.nspacl as acl, n.nspowner as owner from pg_namespace n where n.nspname = 'millrace'
           union all select 'table', c.relname, c.relacl, c.relowner from ${relations}
           union all select 'column', c.relname || '.' || t.attname, t.attacl, c.relowner
             from pg_attribute t join pg_class c on c.oid = t.attrelid where c.relnamespace = 'millrace'::regnamespace
           union all select 'function', p.proname, p.proacl, p.proowner from pg_proc p where p.pronamespace = 'millrace'::regnamespace) x,
       aclexplode(x.acl) a
     where a.grantee <> x.owner`,
  )
  const said = expectedGrants()
  const found = rows
    .filter(({ grantee, kind }) => grantee !== 'public' || kind !== 'function')
    .map(({ kind, name, grantee, right }) => `${kind} ${name}: ${right} to ${grantee}`)
  const has = new Set(found)
  return [
    ...found.filter((line) => !said.has(line)).map((line) => `${line} is not in roles.ts`),
    ...[...said].filter((line) => !has.has(line)).map((line) => `${line} is not granted`),
  ]
}

function expectedGrants(): Set<string> {
  const roles: Role[] = ['client', 'worker', 'server']
  return new Set([
    ...roles.flatMap((role) => [
      ...grantedFunctions(role).map((name) => `function ${name}: execute to millrace_${role}`),
      ...['migrations', 'repeatables'].map((name) => `table ${name}: select to millrace_${role}`),
      `schema millrace: usage to millrace_${role}`,
    ]),
    ...READABLE_TABLES.map((name) => `table ${name}: select to millrace_tenant`),
    'schema millrace: usage to millrace_tenant',
  ])
}

/** A new table is to be thought about: whether readers see it. */
async function unlisted(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ relname: string }>(
    `select c.relname from ${relations} and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition`,
  )
  const listed: readonly string[] = [...HIDDEN_TABLES, ...READABLE_TABLES]
  return rows
    .filter(({ relname }) => !listed.includes(relname))
    .map(({ relname }) => `relation ${relname}: neither readable nor hidden in roles.ts`)
}

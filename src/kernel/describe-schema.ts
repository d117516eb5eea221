import { createHash } from 'node:crypto'
import type { Database } from './database.ts'

/** A line of the description and what it belongs to, as the catalogue gives them. */
type Line = { readonly owner: string; readonly line: string }

/**
 * The catalogue of an engine's schema as text, for people and for a test that fails on drift:
 * tables, indexes, sequences, views, policies, rights, and functions with a checksum of their body.
 * The same on every server from Postgres 15 on.
 * @example await writeFile('sql/schema.sql', await describeSchema(db))
 */
export async function describeSchema(db: Database): Promise<string> {
  const schema = db.schema
  const parts = [
    '-- Generated from the catalogue of a freshly migrated database: npm run schema. Not to be run, and not to be edited.',
    await section(db, 'sequences', sequences, schema),
    await section(db, 'tables', tables, schema),
    await section(db, 'views', views, schema),
    await section(db, 'functions', functions, schema),
  ]
  return `${parts.join('\n\n')}\n`
}

async function section(db: Database, title: string, text: string, schema: string): Promise<string> {
  const { rows } = await db.pool.query<Line>(text, [schema])
  const blocks = new Map<string, string[]>()
  for (const { owner, line } of rows) blocks.set(owner, [...(blocks.get(owner) ?? []), line])
  const bodies = [...blocks.values()].map((lines) => lines.map(withChecksum).join('\n'))
  return [`-- ${title} ${'-'.repeat(110 - title.length)}`, ...bodies].join('\n\n')
}

/** A body is shown by its checksum: whether it changed is the question, its text is in its file. */
function withChecksum(line: string): string {
  const [head, body] = line.split('\nBODY\n')
  if (body === undefined) return line
  return `${head}\n  body: ${createHash('md5').update(body).digest('hex')}`
}

const acl = (column: string, owner: string, kind: string) =>
  `(select string_agg(format('grant %s to %s', lower(a.privilege_type), coalesce(g.rolname, 'public')), '; ' order by g.rolname nulls first, a.privilege_type)
    from aclexplode(coalesce(${column}, acldefault('${kind}', ${owner}))) a left join pg_roles g on g.oid = a.grantee
    where a.grantee <> ${owner})`

const sequences = `
select c.relname as owner, format('create sequence %s.%s as %s increment %s start %s', n.nspname, c.relname,
         format_type(s.seqtypid, null), s.seqincrement, s.seqstart)
       || coalesce(' -- ' || ${acl('c.relacl', 'c.relowner', 's')}, '') as line
from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
order by 1`

const tables = `
with t as (
  select c.*, c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p'))
select owner, line from (
  select t.name as owner, 1 as part, 0 as place,
         format('create table %s.%s%s%s%s', $1::text, t.name,
           case when t.relispartition then ' partition of ' || (select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = t.oid)
             || ' ' || pg_get_expr(t.relpartbound, t.oid) else '' end,
           case when t.relkind = 'p' then ' partition by ' || pg_get_partkeydef(t.oid) else '' end,
           coalesce(' with (' || array_to_string(t.reloptions, ', ') || ')', '')) as line
  from t
  union all
  select t.name, 2, a.attnum, format('  %s %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
           case when a.attnotnull then ' not null' else '' end,
           case when a.attidentity = 'a' then ' generated always as identity' else '' end,
           coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
  from t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum where not t.relispartition
  union all
  -- Postgres 18 has a constraint for every NOT NULL; they are shown with their columns
  select t.name, 3, row_number() over (partition by t.name order by k.contype desc, k.conname), format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
  from t join pg_constraint k on k.conrelid = t.oid where k.contype <> 'n' and not t.relispartition
  union all
  select t.name, 4, row_number() over (partition by t.name order by i.indexrelid::regclass::text), '  ' || pg_get_indexdef(i.indexrelid)
  from t join pg_index i on i.indrelid = t.oid where not i.indisprimary and not t.relispartition
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype = 'u')
  union all
  select t.name, 5, 0, format('  row-level security: %s, forced: %s', t.relrowsecurity, t.relforcerowsecurity) from t
  union all
  select t.name, 6, row_number() over (partition by t.name order by p.polname),
         format('  policy %s for %s to %s using %s%s', p.polname,
           case p.polcmd when '*' then 'all' when 'r' then 'select' else p.polcmd::text end,
           case when p.polroles = '{0}' then 'public' when p.polroles = array[t.relowner] then 'the owner' else p.polroles::regrole[]::text end,
           pg_get_expr(p.polqual, p.polrelid), coalesce(' with check ' || pg_get_expr(p.polwithcheck, p.polrelid), ''))
  from t join pg_policy p on p.polrelid = t.oid
  union all
  select t.name, 7, 0, '  rights: ' || ${acl('t.relacl', 't.relowner', 'r')} from t
  union all
  select t.name, 8, 0, '  comment: ' || obj_description(t.oid, 'pg_class') from t) x
where line is not null order by owner, part, place`

const views = `
select c.relname as owner,
       format('create view %s.%s%s', $1::text, c.relname, coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''))
       || coalesce(' -- ' || obj_description(c.oid, 'pg_class'), '') || coalesce(' -- ' || ${acl('c.relacl', 'c.relowner', 'r')}, '')
       || E'\\n' || (select string_agg(format('  %s %s', a.attname, format_type(a.atttypid, a.atttypmod)), E'\\n' order by a.attnum)
                    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as line
from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'v' order by 1`

const functions = `
select p.proname as owner,
       format(E'create function %s.%s(%s)\\n  returns %s\\n  language %s %s%s%s%s%s%s%s', n.nspname, p.proname,
         pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
         case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
         case when p.prosecdef then ' security definer' else '' end,
         case p.proparallel when 's' then ' parallel safe' else '' end,
         coalesce(' set ' || array_to_string(p.proconfig, ' set '), ''),
         coalesce(E'\\n  comment: ' || obj_description(p.oid, 'pg_proc'), ''),
         coalesce(E'\\n  rights: ' || ${acl('p.proacl', 'p.proowner', 'f')}, ''),
         case when p.prosqlbody is null then E'\\nBODY\\n' || p.prosrc else E'\\n  a standard SQL body' end) as line
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
where n.nspname = $1 order by 1, pg_get_function_identity_arguments(p.oid)`

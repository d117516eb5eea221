// Two tenants that have something of everything: whatever reads rows, or calls a function, as one of them finds nothing of the other.
// Relations and functions are taken from the catalogue, so that new ones are tried without a word here.
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grantedFunctions, roleStatements } from '../../src/cli/roles.ts'
import {
  callsOf,
  type ForeignCall,
  type GrantedFunction,
  normalise,
} from '../support/foreign-calls.ts'
import {
  contentOf,
  type Ids,
  idsOfNobody,
  makeTwoTenants,
  type TwoTenants,
  tablesOfTenants,
} from '../support/two-tenants.ts'

let two: TwoTenants
let admin: pg.Client
let relations: string[]

beforeAll(async () => {
  two = await makeTwoTenants()
  admin = two.admin
  await admin.query(roleStatements())
  // more than it is ever granted: what then keeps tenants apart are the policies alone
  await admin.query('grant select on all tables in schema millrace to millrace_tenant')
  const { rows } = await admin.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'millrace'::regnamespace
       and relkind in ('r', 'p', 'v', 'm') and relname not in ('migrations', 'repeatables') order by relname`,
  )
  relations = rows.map(({ name }) => name)
}, 60_000)
afterAll(() => two.kernel.drop())

/** Rows of a relation as a reader of that tenant, or of none, sees them. */
async function seenBy(tenant: number | null, relation: string): Promise<string[]> {
  await admin.query('savepoint reader; set local role millrace_tenant')
  if (tenant !== null) await admin.query(`set local millrace.tenant_id = '${tenant}'`)
  const { rows } = await admin.query(`select x::text as row from millrace.${relation} x`)
  await admin.query('rollback to reader')
  return rows.map(({ row }) => row)
}

/** Of these rows, those of the tenant. */
async function ownedBy(tenant: number, relation: string): Promise<string[]> {
  const column = relation === 'tenants' ? 'id' : 'tenant_id'
  const text = `select x::text as row from millrace.${relation} x where ${column} = $1`
  return (await admin.query(text, [tenant])).rows.map(({ row }) => row)
}

/** How many rows the owner of the schema may take out of a table. */
async function ownerDeletes(table: string): Promise<number> {
  await admin.query('savepoint owner; set local role millrace_owner')
  const { rowCount } = await admin.query(`delete from millrace.${table}`)
  await admin.query('rollback to owner')
  return rowCount ?? 0
}

/** What is wrong with what is seen of a relation; nothing if all is as it should be. */
async function leaks(relation: string): Promise<string[]> {
  const wrong: string[] = []
  for (const { tenant, slug } of [two.a, two.b]) {
    const [seen, own] = [await seenBy(tenant, relation), await ownedBy(tenant, relation)]
    if (own.length === 0) wrong.push(`${relation}: ${slug} has no row, so nothing is tried`)
    if ([...seen].sort().join() !== [...own].sort().join())
      wrong.push(`${relation}: ${slug} sees ${seen.length} rows, and has ${own.length}`)
  }
  const stranger = await seenBy(null, relation)
  if (stranger.length > 0) wrong.push(`${relation}: ${stranger.length} rows are seen by nobody’s`)
  return wrong
}

/** And of what the owner may do with a table: the kernel's functions are the owner's. */
async function lacks(table: string): Promise<string[]> {
  const { rows } = await admin.query(`select count(*)::int as n from millrace.${table}`)
  const deleted = await ownerDeletes(table)
  return deleted === rows[0].n ? [] : [`${table}: the owner sees ${deleted} of ${rows[0].n} rows`]
}

async function isAppendOnly(table: string): Promise<boolean> {
  await admin.query('savepoint owner; set local role millrace_owner')
  const { rowCount } = await admin.query(`update millrace.${table} set tenant_id = tenant_id`)
  await admin.query('rollback to owner')
  return rowCount === 0
}

test('a reader sees the rows of its tenant and no other, in every table, partition and view', async () => {
  await admin.query('begin')
  const found: string[] = []
  for (const relation of relations) found.push(...(await leaks(relation)))
  await admin.query('rollback')
  expect(found).toEqual([])
  expect(relations).toContain('run_details')
  expect(relations).toContain('runs_0')
})

test('a reader writes nothing', async () => {
  await admin.query('begin')
  await admin.query(
    'grant insert, update, delete on all tables in schema millrace to millrace_tenant',
  )
  for (const { name } of await tablesOfTenants(admin)) {
    await admin.query(
      `savepoint w; set local role millrace_tenant; set local millrace.tenant_id = '${two.a.tenant}'`,
    )
    const updated = await admin.query(`update millrace.${name} set tenant_id = tenant_id`)
    const deleted = await admin.query(`delete from millrace.${name}`)
    expect([name, updated.rowCount, deleted.rowCount]).toEqual([name, 0, 0])
    const insert = `insert into millrace.${name} select * from millrace.${name}`
    // identities that are always generated refuse before the policy does
    await expect(admin.query(insert)).rejects.toMatchObject({
      code: expect.stringMatching(/^42501$|^428C9$/),
    })
    await admin.query('rollback to w')
  }
  await admin.query('rollback')
})

test('each policy that is taken away is missed', async () => {
  await admin.query('begin')
  const { rows: policies } = await admin.query<{ table: string; policy: string }>(
    `select c.relname as table, p.polname as policy from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relnamespace = 'millrace'::regnamespace order by 1, 2`,
  )
  expect(policies.length).toBeGreaterThan(80)
  const unnoticed: string[] = []
  for (const { table, policy } of policies) {
    await admin.query('savepoint mutant')
    await admin.query(`drop policy ${policy} on millrace.${table}`)
    const ofReaders = relations.includes(table) ? await leaks(table) : []
    const noticed =
      policy === 'append_only'
        ? !(await isAppendOnly(table))
        : [...ofReaders, ...(await lacks(table))].length > 0
    // what was migrated is everybody's to see, who is granted it
    const open = policy === 'tenant' && (await seenBy(two.a.tenant, table)).length === 0
    if (!noticed && !open) unnoticed.push(`${policy} on ${table}`)
    await admin.query('rollback to mutant')
  }
  await admin.query('rollback')
  expect(unnoticed).toEqual([])
}, 60_000)

/** All that is kept of a tenant, as one hash. */
async function snapshot(tenant: number): Promise<string> {
  // marks of processes, which anybody's work takes away or makes last: so that workers look, and ends are told of
  const marks = ['idle_workers', 'watchers']
  const tables = (await tablesOfTenants(admin)).filter(({ name }) => !marks.includes(name))
  const parts = tables.map(
    ({ name }) =>
      `select '${name} ' || x::text as row from millrace.${name} x where tenant_id = $1`,
  )
  const text = `select md5(string_agg(row, '|' order by row)) as hash from (${parts.join(' union all ')}) y`
  return (await admin.query(text, [tenant])).rows[0].hash
}

type Outcome = { text: string; raw: string; changed: boolean }

/** A call as tenant A, in a transaction that goes away. */
async function call(text: string, values: unknown[], ids: Ids, before: string): Promise<Outcome> {
  await admin.query('savepoint foreign_call')
  const raw = await admin.query(text, values).then(
    ({ rows }) => JSON.stringify(rows),
    (error: pg.DatabaseError) =>
      JSON.stringify([error.code, error.message, error.detail, error.hint]),
  )
  if (raw.startsWith('["')) await admin.query('rollback to foreign_call; savepoint foreign_call')
  const changed = (await snapshot(two.b.tenant)) !== before
  await admin.query('rollback to foreign_call')
  return { text: normalise(raw, ids), raw, changed }
}

async function granted(): Promise<GrantedFunction[]> {
  const names = [...new Set([...grantedFunctions('worker'), ...grantedFunctions('server')])]
  const { rows } = await admin.query<GrantedFunction>(
    `select p.proname as name, p.prosrc as source, coalesce(p.proargnames[1:p.pronargs], '{}') as names,
       array(select format_type(t, null) from unnest(p.proargtypes) t) as types, p.pronargdefaults as defaults
     from pg_proc p where p.pronamespace = 'millrace'::regnamespace and p.proname = any ($1) order by p.proname`,
    [names],
  )
  return rows
}

/** What stands in things of a tenant, and what names them. */
function wordsOf(ids: Ids): string[] {
  const names = Object.values(ids).filter((id): id is string => typeof id === 'string')
  return [contentOf(ids.slug), ...names.filter((id) => id.length >= 8)]
}

const answers = new Map<string, string>()

/** What functions answer where the other tenant is not there at all, by their calls. */
async function answersAlone(): Promise<ReadonlyMap<string, string>> {
  if (answers.size > 0) return answers
  await admin.query('savepoint alone')
  for (const { name } of await tablesOfTenants(admin))
    await admin.query(`delete from millrace.${name} where tenant_id = $1`, [two.b.tenant])
  const nothing = await snapshot(two.b.tenant)
  for (const one of await granted())
    for (const { text, values } of callsOf(one, two.a, two.b))
      answers.set(titleOf(one, values), (await call(text, values, two.b, nothing)).text)
  await admin.query('rollback to alone')
  return answers
}

const titleOf = ({ name }: GrantedFunction, values: unknown[]) =>
  `${name}(${JSON.stringify(values)})`

/** What is wrong with what a function answers as tenant A to ids of tenant B. */
async function tells(
  one: GrantedFunction,
  before: string,
  alone: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { a, b } = two
  const nobody = idsOfNobody(a)
  const none = callsOf(one, a, nobody)
  const wrong: string[] = []
  for (const [i, { text, values, exact }] of callsOf(one, a, b).entries()) {
    const foreign = await call(text, values, b, before)
    const title = titleOf(one, values)
    if (foreign.changed) wrong.push(`${title} changes something of the other`)
    const asked = JSON.stringify(values)
    const told = wordsOf(b).filter((word) => foreign.raw.includes(word) && !asked.includes(word))
    if (told.length > 0) wrong.push(`${title} tells ${told}: ${foreign.raw}`)
    if (!exact) continue
    if (foreign.text !== alone.get(title))
      wrong.push(`${title} answers ${foreign.text}, and without the other ${alone.get(title)}`)
    const absent = await call(none[i]?.text as string, none[i]?.values as unknown[], nobody, before)
    if (absent.text !== foreign.text)
      wrong.push(`${title} answers ${foreign.text}, and of what is not there ${absent.text}`)
  }
  return wrong
}

test('every function, called as one tenant with the ids of another, tells nothing of it and changes nothing', async () => {
  await admin.query('begin')
  const before = await snapshot(two.b.tenant)
  const alone = await answersAlone()
  const wrong: string[] = []
  for (const one of await granted()) wrong.push(...(await tells(one, before, alone)))
  await admin.query('rollback')
  expect(wrong).toEqual([])
  expect(alone.size).toBeGreaterThan(140)
}, 120_000)

/**
 * The others look in more than one way, or where two tenants of a few rows do not differ. Behind the first name stand
 * functions that find by it.
 */
const looking: [finds: string, ...tried: string[]][] = [
  ['revoke_key'],
  ['remove_member'],
  ['delete_secret'],
  ['get_secrets'],
  ['get_members'],
  ['get_schedules'],
  ['get_workers'],
  ['get_workflows'],
  ['find_run', 'get_run', 'cancel_workflow', 'trigger_event'],
  ['find_schedule', 'delete_schedule', 'pause_schedule'],
]

test.each(looking)(
  'a look at the tenant that is taken away from %s is missed',
  async (finds, ...tried) => {
    await admin.query('begin')
    const before = await snapshot(two.b.tenant)
    const alone = await answersAlone()
    const { rows } = await admin.query<{ text: string }>(
      `select pg_get_functiondef(p.oid) as text from pg_proc p
     where p.pronamespace = 'millrace'::regnamespace and p.proname = $1`,
      [finds],
    )
    const [{ text }] = rows as [{ text: string }]
    const blind = text.replace(
      /\btenant_id (= [vp]_tenant\b|in \(0, [vp]_tenant\))/g,
      'tenant_id > 0',
    )
    expect(blind).not.toBe(text)
    await admin.query(blind)
    const asked = (await granted()).filter(({ name }) => [finds, ...tried].includes(name))
    const wrong: string[] = []
    for (const one of asked) wrong.push(...(await tells(one, before, alone)))
    await admin.query('rollback')
    expect(wrong).not.toEqual([])
    for (const name of tried) expect(wrong.some((line) => line.startsWith(`${name}(`))).toBe(true)
  },
)

test('a function that does not look at the tenant would be found', async () => {
  await admin.query('begin')
  const before = await snapshot(two.b.tenant)
  const careless: GrantedFunction = {
    name: 'revoke_key_of_anybody',
    source: `check_options('revoke_key', options, '{"by": "text"}')`,
    ...{ names: ['id', 'options'], types: ['text', 'jsonb'], defaults: 0 },
  }
  await admin.query(
    `create function millrace.revoke_key_of_anybody(id text, options jsonb) returns text language sql as $$
       update millrace.api_keys k set revoked_at = now() where k.id = $1 returning k.name $$`,
  )
  const [first] = callsOf({ ...careless, name: 'revoke_key' }, two.a, two.b) as [ForeignCall]
  const text = first.text.replace('revoke_key', 'revoke_key_of_anybody')
  const found = await call(text, first.values, two.b, before)
  expect(found.changed).toBe(true)
  expect(found.raw).toContain(contentOf('bravo'))
  await admin.query('rollback')
})

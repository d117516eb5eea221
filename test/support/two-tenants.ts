import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import { SecretBox } from '../../src/auth/secret-box.ts'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import { createKernel, type Kernel, row, toAdvance, uuid } from './kernel.ts'

/** What names things of a tenant. */
export type Ids = {
  tenant: number
  slug: string
  /** A run that a worker has: as a UUID, as a number, its lease. */
  run: string
  runNumber: string
  fence: string
  worker: string
  /** Others: one that waits for an answer, one that failed. */
  asking: string
  failed: string
  failedNumber: string
  approval: string
  route: number
  workflow: string
  graph: string
  resource: string
  tag: string
  queue: string
  event: string
  eventId: string
  schedule: string
  bulk: string
  key: string
  keyHash: Buffer
  member: string
  secret: string
  watcher: string
  webhook: string
  delivery: string
  requestKey: string
  requestFirst: string
  /** An instance of a machine, the machine, and whose it is. */
  instance: string
  machine: string
  entity: string
}

/** Stands in everything that a tenant keeps, and in nothing that names it. */
export const contentOf = (slug: string) => `${slug}-content`

/** A database with two tenants that have something of everything, and a connection of the superuser to it. */
export type TwoTenants = {
  readonly kernel: Kernel
  readonly admin: pg.Client
  readonly a: Ids
  readonly b: Ids
}

export async function makeTwoTenants(): Promise<TwoTenants> {
  const kernel = await createKernel({ testClock: false })
  const admin = await kernel.connect(true)
  const a = await furnish(kernel, 'alpha')
  const b = await furnish(kernel, 'bravo')
  await fillUp(admin, [a.tenant, b.tenant])
  return { kernel, admin, a, b }
}

/** Ids of the same form that nobody has. */
export function idsOfNobody(a: Ids): Ids {
  const none = '9007199254000000'
  return {
    ...{ tenant: a.tenant, slug: a.slug, run: uuid(none), runNumber: none, fence: none },
    ...{ worker: none, asking: uuid(none), failed: uuid(none), failedNumber: none },
    ...{ approval: `${uuid(none)}/ask`, route: 2147480000, workflow: 'nobody-id-flow' },
    ...{ graph: 'nobody-id-graph', resource: 'nobody-id-resource', tag: 'nobody-id-tag' },
    ...{ queue: 'nobody-id-queue', event: 'nobody-id-event', eventId: none },
    ...{ schedule: 'nobody-id-schedule', bulk: none, key: '0123456789abcdef' },
    ...{ keyHash: Buffer.alloc(32, 7), member: 'nobody-id-member', secret: 'nobody_id_secret' },
    watcher: '9007199254000001',
    ...{ webhook: 'nobody-id-webhook', delivery: none },
    ...{ requestKey: 'nobody-id-request', requestFirst: none },
    ...{ instance: uuid(none), machine: 'nobody-id-machine', entity: 'nobody-id-entity' },
  }
}

async function furnish(kernel: Kernel, slug: string): Promise<Ids> {
  const content = contentOf(slug)
  await kernel.call('register_tenant', slug, { name: content, by: content })
  const tenant = await kernel.value<number>('select millrace.tenant_id($1)', [slug])
  const runs = await makeRuns(kernel, tenant, slug)
  const named = await makeNamed(kernel, slug, runs.workflow)
  const bulk = await kernel.call<{ id: string }>(
    'bulk_pause',
    { run_ids: [runs.asking] },
    { tenant: slug, reason: content, per_second: 1 },
  )
  const watcher = String(tenant * 1000)
  await kernel.query('select millrace.watch($1, $2)', [tenant, watcher])
  const webhook = await makeWebhook(kernel, slug, runs.workflow)
  const request = await makeRequest(kernel, tenant, slug)
  const entity = await makeEntity(kernel, slug)
  return {
    ...{ tenant, slug, ...runs, ...named, ...webhook, ...request, ...entity },
    ...{ bulk: bulk.id, watcher },
  }
}

/** Runs in several states, with what hangs from them. */
async function makeRuns(kernel: Kernel, tenant: number, slug: string) {
  const content = contentOf(slug)
  const [resource, tag, workflow] = [`${slug}-id-resource`, `${slug}-id-tag`, `${slug}-id-flow`]
  const definition = { queue: `${slug}-id-queue`, retention_ms: { completed: 86_400_000 } }
  const route = await kernel.route({ tenant, name: workflow, definition })
  const meta = { resource, tags: [tag], workflow, key: `${slug}-id-key` }
  const failing = await kernel.start(route, { input: content, meta })
  const worker = await kernel.worker(tenant)
  await kernel.query('select millrace.describe_worker($1, $2)', [worker.id, { host: content }])
  const first = await worker.claimOne(route)
  const error = { message: content, code: 'MR050', name: 'Error', fingerprint: slug }
  await worker.advance(first, {
    op: 'f',
    rows: [row('r', 'a', content)],
    output: JSON.stringify(error),
  })
  const asking = await kernel.start(route, { input: content })
  const second = await worker.claimOne(route)
  const name = `$approval:${createHash('md5').update('ask').digest('hex')}`
  const waits = [{ key: 'ask', name, ms: null }]
  const asks = [
    {
      step: 'ask',
      question: content,
      details: JSON.stringify(content),
      assignees: [],
      roles: [],
      ms: null,
    },
  ]
  await advanceTasks(kernel.database, tenant, [{ ...toAdvance(second, { op: 'w', waits }), asks }])
  const run = await kernel.start(route, { input: content })
  const task = await worker.claimOne(route)
  await worker.keep(task, [row('r', 'a', content)])
  await kernel.start(route, { input: content, delay: 86_400_000 })
  return {
    ...{ run: uuid(run), runNumber: run, fence: task.fence, worker: worker.id },
    ...{ asking: uuid(asking), approval: `${uuid(asking)}/ask`, route: route.route, workflow },
    ...{ failed: uuid(failing), failedNumber: failing, resource, tag },
  }
}

/** What has a name. */
async function makeNamed(kernel: Kernel, slug: string, workflow: string) {
  const content = contentOf(slug)
  const names = {
    ...{ graph: `${slug}-id-graph`, queue: `${slug}-id-queue`, event: `${slug}-id-event` },
    ...{
      schedule: `${slug}-id-schedule`,
      member: `${slug}-id-member`,
      secret: `${slug}_id_secret`,
    },
  }
  const tenant = slug
  const step = { id: 'a', type: 'transform', config: { expression: content } }
  await kernel.call('define_workflow', { name: names.graph, steps: [step] }, { tenant })
  await kernel.call('put_queue', names.queue, { concurrency: [{ limit: 3 }] }, { tenant })
  await kernel.call('emit_event', names.event, JSON.stringify(content), { tenant, key: 'k' })
  const every = { tenant, every: '1 hour', input: content, paused: true, by: content }
  await kernel.call('put_schedule', names.schedule, workflow, every)
  await kernel.call('put_member', names.member, { tenant, name: content })
  const box = new SecretBox(randomBytes(32).toString('hex'))
  const sealed = box.seal({ tenant, name: names.secret }, content)
  await kernel.call('put_secret', names.secret, sealed, { tenant, by: content })
  const made = { tenant, scopes: ['admin'], by: content }
  const { id: key } = await kernel.call<{ id: string }>('create_key', content, made)
  const [{ hash: keyHash }] = (await kernel.query(
    'select hash from millrace.api_keys where id = $1',
    [key],
  )) as [{ hash: Buffer }]
  await kernel.call('put_quota', 'streams', 5, { tenant })
  await kernel.query('select * from millrace.take_rate($1, $2, 1)', [tenant, 'read'])
  // of a minute that is over: or answers would differ where one ends between them
  await kernel.query(`update millrace.rates set window_at = window_at - interval '1 hour'`)
  const eventId = await kernel.value<string>(
    'select id::text from millrace.events where name = $1',
    [names.event],
  )
  return { ...names, key, keyHash, eventId }
}

/** One that comes in, with a delivery that started nothing. */
async function makeWebhook(kernel: Kernel, slug: string, workflow: string) {
  const content = contentOf(slug)
  const webhook = `${slug}-id-webhook`
  const given = { tenant: slug, workflow_id: workflow, scheme: 'none', by: content }
  const { path } = await kernel.call<{ path: string }>('put_webhook', webhook, given)
  const { id } = (await kernel.query('select id from millrace.webhook_at($1)', [path]))[0] as {
    id: string
  }
  // no short number, which may stand for much else in an answer
  const first = slug === 'alpha' ? 900719925400 : 900719925500
  await kernel.query(
    `alter table millrace.webhook_deliveries alter column id restart with ${first}`,
  )
  const payload = JSON.stringify(content)
  const delivery = await kernel.value<string>(
    'select millrace.reject_delivery($1, true, $2, $3, $4, $5, $5, false, $6)',
    [id, content, payload, '{}', content, '127.0.0.1'],
  )
  return { webhook, delivery }
}

/** One with an Idempotency-Key that was answered. */
async function makeRequest(kernel: Kernel, tenant: number, slug: string) {
  const requestKey = `${slug}-id-request`
  const [begun] = await kernel.query<{ first_id: string }>(
    'select first_id from millrace.begin_request($1, $2, $3, 60000, 86400000)',
    [tenant, requestKey, 'a'.repeat(64)],
  )
  const requestFirst = String(begun?.first_id)
  const body = JSON.stringify(contentOf(slug))
  const answer = [tenant, requestKey, requestFirst, 200, '[]', body]
  await kernel.query('select millrace.finish_request($1, $2, $3, $4, $5, $6)', answer)
  return { requestKey, requestFirst }
}

/** One in a machine, that was moved. */
async function makeEntity(kernel: Kernel, slug: string) {
  const content = contentOf(slug)
  const [tenant, machine, entity] = [slug, `${slug}-id-machine`, `${slug}-id-entity`]
  const states = [
    { name: 'open', initial: true, metadata: { content } },
    { name: 'done', final: true },
  ]
  const transitions = [{ from: 'open', to: 'done', name: 'finish', context: { content } }]
  await kernel.call(
    'define_machine',
    { workflow: { name: machine }, states, transitions },
    { tenant },
  )
  const { instance_id: instance } = await kernel.call<{ instance_id: string }>(
    ...(['start_entity', machine, entity, { tenant, by: content, metadata: { content } }] as const),
  )
  await kernel.call('transition', instance, { tenant, name: 'finish', by: content, notes: content })
  return { machine, entity, instance }
}

type Column = { column: string; type: string }
type Table = { name: string; columns: Column[] }

/** The tables with rows of tenants: partitions for those that have some. */
export async function tablesOfTenants(admin: pg.Client): Promise<Table[]> {
  const { rows } = await admin.query<Table>(
    `select c.relname as name, (select json_agg(json_build_object('column', a.attname, 'type', format_type(a.atttypid, null)))
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attnotnull and not a.atthasdef and a.attidentity = '') as columns
     from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
     where c.relnamespace = 'millrace'::regnamespace and c.relkind = 'r' order by c.relname`,
  )
  return rows
}

/** A row of each tenant in each table that has none yet: made up by the types of its columns, without its checks. */
async function fillUp(admin: pg.Client, tenants: readonly number[]): Promise<void> {
  const { rows: checks } = await admin.query<{ text: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as text from pg_constraint
     where connamespace = 'millrace'::regnamespace and contype = 'c' and coninhcount = 0`,
  )
  for (const { text } of checks) await admin.query(text)
  for (const { name, columns } of await tablesOfTenants(admin)) {
    for (const tenant of tenants) {
      const has = `select from millrace.${name} where tenant_id = $1 limit 1`
      if ((await admin.query(has, [tenant])).rows.length > 0) continue
      const names = columns.map(({ column }) => column)
      const values = columns.map(({ column, type }) =>
        column === 'tenant_id' ? String(tenant) : madeUp(type, tenant),
      )
      await admin.query(
        `insert into millrace.${name} (${names.join(', ')}) values (${values.join(', ')})`,
      )
    }
  }
}

function madeUp(type: string, tenant: number): string {
  if (/^(integer|bigint|smallint|numeric|double precision|real)$/.test(type))
    return `${tenant + 30000}`
  if (/^timestamp/.test(type)) return `now() + interval '100 years'`
  if (type === 'text') return `'made-up-${tenant}'`
  if (type === '"char"') return `'r'`
  if (type === 'bytea') return `sha256('${tenant}'::bytea)`
  if (type === 'boolean') return 'false'
  if (type === 'uuid') return `'00000000-0000-4000-8000-${String(tenant).padStart(12, '0')}'`
  if (/^jsonb?$/.test(type)) return `'{}'`
  if (type.endsWith('[]')) return `'{}'`
  throw new Error(`Say what a value of the type ${type} could be: test/support/two-tenants.ts.`)
}

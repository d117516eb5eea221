import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advanceTasks } from '../../src/kernel/tasks.ts'
import {
  createKernel,
  type Kernel,
  message,
  type Route,
  row,
  timer,
  toAdvance,
  uuid,
} from '../support/kernel.ts'
import { explainAll, type Read } from '../support/plans.ts'

/** Tables whose size is that of history or of what sleeps. */
const large = [
  'live',
  'runs',
  'checkpoints',
  'outcomes',
  'signals',
  'run_labels',
  'run_keys',
  'run_aliases',
  'start_keys',
  'merged_starts',
  'run_attributes',
  'feed',
  'logs',
]
const SIZE = Number(process.env.PLANS_ROWS ?? 20_000)
/** Rows that one call about one run, or one page, may look at. */
const FEW = 2_000
/** Pages that it may touch, however many rows there are; of a list it is a page or two for each row. */
const FEW_PAGES = 200
const LIST_PAGES = 6000

let kernel: Kernel
let route: Route
let explain: Awaited<ReturnType<typeof explainAll>>
/** The plans are only made, and not looked at. */
let rehearsing = false

/** Fails for each table that a call reads whole. */
async function expectNarrow(
  text: string,
  values: unknown[] = [],
  allowed: string[] = [],
): Promise<void> {
  const reads = await explain.reads(text, values)
  if (rehearsing) return
  // an insert tries pages that filling left on the list of free ones: that says nothing of its plan
  const read = reads.filter(({ how }) => !how.startsWith('ModifyTable'))
  const pages = read.reduce((sum, one) => sum + one.pages, 0)
  const wide = ({ how, table, rows }: Read) =>
    large.includes(table) && !allowed.includes(table) && (how.startsWith('Seq Scan') || rows > FEW)
  expect(reads.filter(wide), text).toEqual([])
  const most = /get_runs|bulk|read_feed/.test(text) ? LIST_PAGES : FEW_PAGES
  const widest = read.toSorted((a, b) => b.pages - a.pages)[0]
  const told = `pages of ${text}, most of them ${JSON.stringify(widest)}`
  if (allowed.length === 0) expect(pages, told).toBeLessThan(most)
}

/** 20,000 that sleep, 20,000 that have ended, each with a journal. */
async function fill(sleeping: Route, ended: Route): Promise<void> {
  const base = 10_000_000
  await kernel.query(
    `insert into millrace.runs (id, created_at, tenant_id, route_id, input, meta)
    select $1 + i, now(), 1, case when i <= $2 then $3::int else $4::int end, '{}', null from generate_series(1, $2 * 2) i`,
    [base, SIZE, sleeping.route, ended.route],
  )
  await kernel.query(
    `insert into millrace.live (run_id, turn, tenant_id, route_id, state, wake_at, timeout_at, wait_keys, wait_names, wait_until)
    select $1 + i, i, 1, $3, 'w', now() + i * interval '1 h', case when i % 2 = 0 then now() + interval '10 years' end,
           '{t}', '{NULL}', array[now() + i * interval '1 h'] from generate_series(1, $2) i`,
    [base, SIZE, sleeping.route],
  )
  await kernel.query(
    `insert into millrace.outcomes (run_id, at, tenant_id, status, output)
    select $1 + i, now(), 1, case when i % 50 = 0 then 'f' else 'c' end, '1' from generate_series($2 + 1, $2 * 2) i`,
    [base, SIZE],
  )
  await kernel.query(
    `insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name)
    select $1 + i, now(), s, 1, 'r', 'step ' || s from generate_series(1, $2 * 2) i, generate_series(0, 1) s`,
    [base, SIZE],
  )
  await kernel.query(`update millrace.live set seq = 2`)
  await kernel.query(
    `insert into millrace.signals (run_id, at, tenant_id, nth, id, name)
    select $1 + i, now(), 1, 0, 'a', 'a' from generate_series(1, $2) i`,
    [base, SIZE],
  )
  await kernel.query(
    `insert into millrace.run_attributes (run_id, attribute, tenant_id, key)
    select $1 + i, a.id, 1, millrace.attribute_key(a.type, case a.name when 'amount' then to_jsonb(i) else to_jsonb('c' || i % 999) end)
    from generate_series($2 + 1, $2 * 2) i, millrace.attributes a`,
    [base, SIZE],
  )
  const names = `from generate_series($2 + 1, $2 * 2) i`
  const values = [base, SIZE]
  await kernel.query(
    `insert into millrace.run_keys select 1, 'w', 'k' || i, $1 + i ${names}`,
    values,
  )
  await kernel.query(
    `insert into millrace.run_labels select 1, 'r', 'v' || i % 999, $1 + i ${names}`,
    values,
  )
  await kernel.query(
    `insert into millrace.run_aliases select 1, gen_random_uuid(), $1 + i ${names}`,
    values,
  )
  await kernel.query(
    `insert into millrace.start_keys
    select 1, 'w', 'singleton', sha256(i::text::bytea), $1 + i, now() ${names}`,
    values,
  )
  await kernel.query(
    `insert into millrace.merged_starts select $1 + i, 1, $1 + i, now() ${names}`,
    values,
  )
}

/** As many lines of logs, and changes in the feed; the run in the middle has a thousand lines. */
async function fillLogs(base: number): Promise<void> {
  await kernel.query(
    `insert into millrace.logs (id, at, tenant_id, run_id, dropped, level, message)
    select i, now(), 1, case when i <= 1000 then $1 + $2 else $1 + i end, 0, 'i', 'm' from generate_series(1, $2) i`,
    [base, SIZE],
  )
  await kernel.query(`select setval('millrace.log_numbers', $1)`, [SIZE])
  await kernel.query('select millrace.open_feed(1)')
  await kernel.query(
    `insert into millrace.feed (tenant_id, id, run_id, at, first_seq, last_seq, status)
    select 1, i + 10, $1 + i, now(), 0, 1, 'r' from generate_series(1, $2) i`,
    [base, SIZE],
  )
  await kernel.query(`select setval('millrace.feed_numbers', $1)`, [SIZE + 10])
  await kernel.query('update millrace.feeds set final = $1', [SIZE + 10])
  // it stays readable; but nothing more is written
  await kernel.query('delete from millrace.follows')
}

/** Counts the rehearsals, so that names are new in each. */
let turn = 0

const scenes: [name: string, play: () => Promise<void>][] = [
  [
    'runs that are followed, feeds and logs',
    async () => {
      const some = String(10_000_000 + SIZE)
      const follower = '0123456789abcdef0123456789abcdef'
      await expectNarrow('select millrace.follow(1, $1, $2)', [follower, [some]])
      await expectNarrow('select * from millrace.read_runs(1, $1, $2, $3)', [[some], [-1], [0]])
      await expectNarrow('select * from millrace.read_runs(1, $1, $2, $3)', [
        [some],
        [2],
        [9999999],
      ])
      await expectNarrow('select millrace.add_logs(1, $1, $2, $3, $4, $5, $6, $7, $8)', [
        ...[[some], [0], ['i'], [null], [null], ['m'], [null], [0]],
      ])
      await expectNarrow('select * from millrace.get_logs($1)', [uuid(await kernel.start(route))])
      await expectNarrow('select * from millrace.read_feed(1, $1)', [SIZE / 2])
      await expectNarrow('select millrace.followed_runs()')
      await expectNarrow('select millrace.unfollow(1, $1, $2)', [follower, [some]])
      await expectNarrow('select millrace.prune_logs(1000000000)', [], ['logs'])
      await expectNarrow('select millrace.prune_feed(1)', [], ['feed'])
    },
  ],
  [
    'start',
    async () => {
      const first = BigInt(await kernel.call<string>('take_ids'))
      const ids = [first, first + 1n].map(String)
      const values = [ids, [route.route, route.route]]
      // the first to come finds the pages full that the filling left on the list of free ones
      const one = [[String(first + 2n)], [route.route]]
      await explain.reads(`select * from millrace.start_runs(1, $1, $2, null, '{1}')`, one)
      await expectNarrow(`select * from millrace.start_runs(1, $1, $2, null, '{1,2}')`, values)
      await expectNarrow(`select * from millrace.start_runs(1, $1, $2, null, '{1,2}')`, values)
      const options = {
        idempotency_key: `k ${turn}`,
        resource_id: 'r',
        tags: ['t'],
        timeout: 1_000_000,
      }
      const start = 'select millrace.start_workflow($1, $2, $3)'
      const another = { ...options, idempotency_key: `the first ${turn}` }
      await explain.reads(start, [route.name, '1', another])
      for (let i = 0; i < 2; i++) await expectNarrow(start, [route.name, '1', options])
    },
  ],

  [
    'start by rules, and the end of those that did not begin in time',
    async () => {
      const own = await kernel.route()
      const first = BigInt(await kernel.call<string>('take_ids'))
      let drawn = 0n
      const key = { customer: 7 }
      const all = [
        { singleton: { on: 'replace', key } },
        { throttle: { period_ms: 1000, key }, singleton: { on: 'reject', key } },
        { debounce: { period_ms: 60_000, key } },
        { batch: { size: 3, timeout_ms: 60_000, key: {} } },
      ]
      for (const rules of all) {
        const meta = JSON.stringify({ workflow: own.name, rules, start_within_ms: 5 })
        for (let i = 0; i < 3; i++) {
          const values = [[String(first + drawn++)], [own.route], [meta]]
          const text = `select * from millrace.start_runs(1, $1, $2, null, '{[1]}', $3)`
          await expectNarrow(text, values)
        }
      }
      await kernel.advanceClock(20)
      await expectNarrow('select millrace.expire_runs()')
    },
  ],

  [
    'claim: idle, with work, with a due timer, and with one that is due soon',
    async () => {
      const worker = await kernel.worker()
      const claim = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 50, true, true)'
      const other = await kernel.route()
      await expectNarrow(claim, [worker.id, [other.route], ['0']])
      for (let i = 0; i < 3; i++) await kernel.start(other)
      await expectNarrow(claim, [worker.id, [other.route], ['0']])
      await kernel.start(other, { delay: 1 })
      await kernel.advanceClock(10)
      await expectNarrow(claim, [worker.id, [other.route], ['0']])
      await kernel.start(other)
      await worker.wait(await worker.claimOne(other), timer('t', 150))
      const ahead = 'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 50, true, true, null, 50)'
      await expectNarrow(ahead, [worker.id, [other.route], ['0']])
    },
  ],

  [
    'advance: keep, park, end, with and without a parent',
    async () => {
      const own = await kernel.route()
      const parent = await kernel.start(own)
      for (let i = 0; i < 4; i++) await kernel.start(own, i === 3 ? { meta: { parent } } : {})
      const worker = await kernel.worker()
      const tasks = await worker.claim(own)
      const calls = [
        { op: 'k', rows: [row('r', 'a')] },
        { op: 'w', waits: [message('m', 'go'), timer('t', 3_600_000_000)] },
        { op: 'c', output: '1' },
        { op: 'y' },
        { op: 'f', output: '{}' },
      ] as const
      for (const [i, task] of tasks.entries()) {
        const change = calls[i]
        if (!change) continue
        const query = async (text: string, values: unknown[] = []) => {
          await expectNarrow(text, values)
          return { rows: [] }
        }
        const tx = { query }
        await advanceTasks(kernel.database, 1, [toAdvance(task, change)], { tx })
      }
    },
  ],

  [
    'signal, tick, expire, pause, resume, forward, cancel, retry',
    async () => {
      const own = await kernel.route()
      const { run, id } = await waiting(own)
      await expectNarrow(`select millrace.trigger_event($1, 'other', '1')`, [id])
      await expectNarrow(`select millrace.trigger_event($1, 'go', '1')`, [id])
      await kernel.start(own, { delay: 1, meta: { timeout_ms: 5 } })
      await kernel.advanceClock(20)
      await expectNarrow('select millrace.tick()')
      await expectNarrow('select millrace.expire_runs()')
      await expectNarrow('select millrace.pause_workflow($1)', [id])
      await expectNarrow('select millrace.resume_workflow($1)', [id])
      await expectNarrow('select millrace.fast_forward_workflow($1)', [(await waiting(own)).id])
      await expectNarrow('select millrace.cancel_workflow($1)', [id])
      await expectNarrow('select millrace.cancel_workflow($1)', [id])
      const failed = await kernel.value<string>(
        `select run_id from millrace.outcomes where status = 'f' limit 1`,
      )
      await expectNarrow('select millrace.retry_workflow($1)', [uuid(failed)])
      await expectNarrow('select * from millrace.get_outcomes(1, $1)', [[run, failed]])
    },
  ],

  [
    'fork, move, discard, and the same to many',
    async () => {
      const own = await kernel.route()
      const { id } = await waiting(own)
      const ended = await kernel.start(own)
      const { worker, task } = await kernel.lease(own)
      await worker.keep(task, [row('r', 'step 1')])
      await expectNarrow('select millrace.fork_workflow($1, $2)', [
        uuid(ended),
        { from_step: 'step 1' },
      ])
      await kernel.call('register_workflow', 1, own.name, String(turn + 2), {})
      await expectNarrow('select millrace.migrate_workflow($1, $2)', [
        id,
        { to_version: String(turn + 2) },
      ])
      const failed = await kernel.value<string>(
        `select run_id from millrace.outcomes where status = 'f' limit 1`,
      )
      await expectNarrow('select millrace.discard_workflow($1)', [uuid(failed)])
      const filter = { run_ids: [id, uuid(failed), uuid(ended)], statuses: ['waiting'] }
      await expectNarrow('select millrace.bulk_pause($1, $2)', [filter, { dry_run: true }])
      const begun = await kernel.call<{ id: string }>('bulk_pause', filter)
      await expectNarrow('select millrace.work_bulk()')
      await expectNarrow('select millrace.get_bulk_operation($1)', [begun.id])
    },
  ],

  [
    'heartbeat, report, journal length, stop; recover and held may read live',
    async () => {
      const own = await kernel.route()
      await kernel.start(own)
      const { worker, task } = await kernel.lease(own)
      await expectNarrow('select millrace.renew_lease($1, 60000)', [worker.id])
      await expectNarrow(`select millrace.report_running($1, '[]', $2, $3)`, [
        worker.id,
        [task.run],
        [task.fence],
      ])
      await expectNarrow('select millrace.journal_length(1, $1, 0, $2)', [task.run, task.fence])
      await expectNarrow('select millrace.recover()', [], ['live'])
      await expectNarrow('select * from millrace.held_tasks(1, $1, 0)', [worker.id], ['live'])
      await expectNarrow('select millrace.stop_worker($1)', [worker.id], ['live'])
    },
  ],

  [
    'what people ask: a run, a page, a timeline, progress',
    async () => {
      const some = await kernel.value<string>(
        `select run_id from millrace.outcomes where status = 'c' limit 1`,
      )
      await expectNarrow('select millrace.get_run($1)', [uuid(some)])
      await expectNarrow('select * from millrace.get_timeline($1)', [uuid(some)])
      await expectNarrow('select * from millrace.check_progress($1)', [uuid(some)])
      const filters = [
        {},
        { workflow_id: route.name },
        { statuses: ['failed'] },
        { statuses: ['waiting'] },
        { resource_id: 'r' },
        { tags: ['t'] },
        { workflow_id: route.name, attributes: { customer: 'c7' } },
        { attributes: { customer: { in: ['c7', 'c8'] }, amount: { gte: 100 } } },
        { attributes: { amount: { gte: SIZE + 100, lt: SIZE + 300 } } },
        { attributes: { amount: { gte: SIZE } }, statuses: ['failed'] },
        { attributes: { amount: { gte: SIZE + 100 } } },
        { attributes: { customer: 'c7' }, statuses: ['completed'] },
      ]
      for (const filter of filters) {
        await expectNarrow('select * from millrace.get_runs($1)', [filter])
        await expectNarrow('select * from millrace.get_runs($1)', [
          { ...filter, after: uuid(some) },
        ])
        await expectNarrow('select * from millrace.get_runs($1)', [
          { ...filter, before: uuid(some) },
        ])
      }
      for (const direction of ['asc', 'desc']) {
        for (const attributes of [{}, { customer: 'c7' }, { amount: { gte: SIZE + 9000 } }]) {
          await expectNarrow('select * from millrace.get_runs($1)', [
            { attributes, order_by: { attribute: 'amount', direction } },
          ])
        }
      }
    },
  ],
]

async function waiting(at: Route): Promise<{ run: string; id: string }> {
  const run = await kernel.start(at)
  const worker = await kernel.worker()
  const tasks = await worker.claim(at)
  const task = tasks.find((one) => one.run === run)
  if (task) await worker.wait(task, message('m', 'go'), timer('t', 3_600_000))
  return { run, id: uuid(run) }
}

const modes = [
  'with statistics',
  'with those of an empty database',
  'with plans made when it was empty',
]

describe.each(modes)('%s, no hot path reads a table whole', (mode) => {
  beforeAll(async () => {
    kernel = await createKernel()
    const attributes = { customer: { type: 'text' }, amount: { type: 'number' } }
    route = await kernel.route({ definition: { attributes } })
    explain = await explainAll(kernel)
    await keepVacuumAway()
    if (mode === 'with plans made when it was empty') await rehearse()
    await fill(await kernel.route(), route)
    await fillLogs(10_000_000)
    if (mode === 'with statistics') await kernel.query('analyze')
  }, 120_000)
  afterAll(() => kernel?.drop())

  test.each(scenes)('%s', async (_, play) => {
    turn++
    await play()
  })
})

/** It would find what filling left, and have inserts try page after page, in the middle of a test. */
async function keepVacuumAway(): Promise<void> {
  const tables = await kernel.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables t
     where schemaname = 'millrace' and exists (
       select from pg_class c where c.oid = format('%I.%I', schemaname, tablename)::regclass and c.relkind = 'r')`,
  )
  for (const { name } of tables)
    await kernel.query(`alter table ${name} set (autovacuum_enabled = false)`)
}

/** From the sixth call on a plan stays as it is. */
async function rehearse(): Promise<void> {
  rehearsing = true
  for (let i = 0; i < 7; i++) {
    for (const [, play] of scenes) {
      turn++
      await play()
    }
  }
  rehearsing = false
}

import { describe, expect, test } from 'vitest'
import { advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { checkInvariants } from '../support/invariants.ts'
import {
  event,
  message,
  openKernel,
  row,
  type TestWorker,
  timer,
  toAdvance,
  uuid,
} from '../support/kernel.ts'
import { type Call, openTrack } from '../support/race.ts'

const kernel = await openKernel()
const track = await openTrack(kernel)

/** Two runs of one worker, one of them a child of a run that waits for it; all of them are due. */
type Family = {
  parent: string
  child: string
  other: string
  /** That may be started in place of the child, which is a singleton. */
  instead: string
  worker: TestWorker
  tasks: Map<string, LeasedTask>
}

const [route, parents] = [await kernel.route(), await kernel.route()]
let nextId = 0n
let lastId = 0n

async function drawId(): Promise<string> {
  if (nextId === lastId) {
    nextId = BigInt(await kernel.call<string>('take_ids'))
    lastId = nextId + 1024n
  }
  return String(nextId++)
}

/** @param childFirst the child has the lower id: ids are drawn before they are used, so it may be so */
async function makeFamily(childFirst: boolean): Promise<Family> {
  const ids = [await drawId(), await drawId(), await drawId()]
  const [parent, child, other] = (childFirst ? [ids[2], ids[0], ids[1]] : ids) as [
    string,
    string,
    string,
  ]
  const meta = { timeout_ms: 1000 }
  const owner = await kernel.worker()
  await kernel.start(parents, { id: parent, meta })
  const kid = message('kid', `$child:${child}`)
  const others = [message('m', 'go', 1000), event('e', 'paid', 'k'), timer('t', 1000)]
  await owner.wait(await owner.claimOne(parents), kid, ...others)
  const metas = [JSON.stringify({ ...meta, parent, ...onlyOne(child) }), JSON.stringify(meta)]
  const text = `select * from millrace.start_runs(1, $1, $2, null, '{1,1}', $3)`
  await kernel.query(text, [[child, other], [route.route, route.route], metas])
  const worker = await kernel.worker()
  const tasks = new Map((await worker.claim(route)).map((task) => [task.run, task]))
  for (const overlap of ['queue', 'replace'])
    await kernel.query(
      `insert into millrace.schedules (tenant_id, name, workflow, every_ms, anchor_at, timezone, overlap, catch_up, options, created_at,
                                       after_at, wake_at, last_run, waiting, waits_for)
       select 1, $1, $2, 1000, x, 'UTC', $1, 'one', '{}', x, x, x, $3, case when $1 = 'queue' then array[x] else '{}' end,
              case when $1 = 'queue' then $3::bigint end
       from (select clock_timestamp() as x) c`,
      [overlap, route.name, other],
    )
  await kernel.query(
    `with moved as (update millrace.test_clock set offset_ms = offset_ms + 1000)
     update millrace.workers set expires_at = clock_timestamp() where id = $1`,
    [worker.id],
  )
  return { parent, child, other, instead: await drawId(), worker, tasks }
}

const onlyOne = (child: string) => ({
  workflow: route.name,
  rules: { singleton: { on: 'replace', key: { child } } },
})

const calls: Record<string, (family: Family) => Call> = {
  'the owner ends the child and keeps the other': (f) => advance(f, { child: 'c', other: 'k' }),
  'the owner ends the other': (f) => advance(f, { other: 'f' }),
  'the owner parks both': (f) => advance(f, { child: 'w', other: 'w' }),
  'cancel the parent': (f) => sql('select millrace.cancel_workflow($1)', uuid(f.parent)),
  'cancel the child': (f) => sql('select millrace.cancel_workflow($1)', uuid(f.child)),
  'cancel all': (f) =>
    sql(`select millrace.cancel_runs(1, $1, '{}')`, [f.other, f.parent, f.child]),
  'signal all': (f) =>
    sql(`select * from millrace.send_signals(1, $1, '{a,b,c}', '{go,go,go}', '{1,1,1}')`, [
      f.other,
      f.parent,
      f.child,
    ]),
  'start in place of the child': (f) =>
    sql(
      `select * from millrace.start_runs(1, $1, $2, null, '{1}', $3)`,
      [f.instead],
      [route.route],
      [JSON.stringify(onlyOne(f.child))],
    ),
  'pause the parent': (f) => sql('select millrace.pause_workflow($1)', uuid(f.parent)),
  'forward the parent': (f) => sql('select millrace.fast_forward_workflow($1)', uuid(f.parent)),
  claim: (f) =>
    sql(
      'select * from millrace.claim_tasks(1, $1, 0, $2, $3, 9)',
      f.worker.id,
      [route.route],
      ['0'],
    ),
  held: (f) => sql('select * from millrace.held_tasks(1, $1, 0)', f.worker.id),
  renew: (f) => sql('select millrace.renew_lease($1, 1000)', f.worker.id),
  report: (f) => sql(`select millrace.report_running($1, '[]', '{}', '{}')`, f.worker.id),
  tick: () => sql('select millrace.tick()'),
  recover: () => sql('select millrace.recover()'),
  expire: () => sql('select millrace.expire_runs()'),
  // kept for so short a time that the next family does not get it
  emit: () => sql(`select millrace.emit_event('paid', '1', '{"key": "k", "keep_for": 1}')`),
  'work at events': () => sql('select millrace.work_events()'),
  'stop the worker': (f) => sql('select millrace.stop_worker($1)', f.worker.id),
  'fire schedules': () => sql(FIRE),
  'pause a schedule': () => sql(`select millrace.pause_schedule('queue')`),
  'begin an incarnation': () => sql('select millrace.begin_incarnation()'),
}

/** A time has come for both schedules of the family. */
const FIRE = `select millrace.fire_schedules((select coalesce(jsonb_agg(jsonb_build_object('id', id, 'revision', revision,
  'ticks', jsonb_build_array(after_at), 'after', after_at, 'next', after_at + interval '1 hour')), '[]') from millrace.schedules))`

function sql(text: string, ...values: unknown[]): Call {
  return (client) => client.query(text, values)
}

function advance(family: Family, ops: { child?: 'c' | 'w'; other?: 'k' | 'f' | 'w' }): Call {
  const items = (['child', 'other'] as const).flatMap((name) => {
    const op = ops[name]
    const task = family.tasks.get(family[name])
    if (!op || !task) return []
    const waits = op === 'w' ? [timer('t', 60_000)] : []
    const rows = op === 'c' || op === 'f' ? [] : [row('r', 'a')]
    return [toAdvance(task, { op, output: '{}', waits, rows })]
  })
  return (client) => advanceTasks(kernel.database, 1, items, { tx: client })
}

const names = Object.keys(calls)
/** Calls that lock one row and nothing after it cannot be half of a deadlock. */
const single = [
  'the owner ends the other',
  'pause the parent',
  'forward the parent',
  'renew',
  'report',
  'pause a schedule',
]
const multiple = names.filter((name) => !single.includes(name))
const make = (name: string, family: Family) => (calls[name] as (f: Family) => Call)(family)

test.each(names)(
  'in turn: %s, then every other call while its transaction is open',
  async (first) => {
    for (const second of names) {
      const family = await makeFamily(false)
      await track.inTurn(make(first, family), make(second, family))
      await clear(family)
    }
    await checkInvariants(kernel)
  },
)

describe.each(['parent', 'child', 'worker'] as const)(
  'at once, while somebody holds the %s',
  (held) => {
    const table = held === 'worker' ? 'workers where id' : 'live where run_id'
    const text = `select from millrace.${table} = $1 for update`

    test.each(multiple.map((one, i) => [one, i] as const))(
      '%s, with each other call',
      async (one, i) => {
        for (const two of multiple.slice(i)) {
          const family = await makeFamily(i % 2 === 0)
          const id = held === 'worker' ? family.worker.id : family[held]
          await track.together(text, [id], make(one, family), make(two, family))
          await clear(family)
        }
        await checkInvariants(kernel)
      },
    )
  },
)

/** Nothing of this family is left for the calls about all runs; that it can be ended shows that it is sound. */
async function clear({ parent, child, other, instead, worker }: Family): Promise<void> {
  await kernel.query('delete from millrace.schedules')
  await kernel.query(`select millrace.cancel_runs(1, $1, '{}')`, [[parent, child, other, instead]])
  await kernel.query(
    `select millrace.cancel_runs(1, (select coalesce(array_agg(run_id), '{}') from millrace.live), '{}')`,
  )
  await kernel.call('stop_worker', worker.id)
  expect(await kernel.query('select run_id from millrace.live')).toEqual([])
}

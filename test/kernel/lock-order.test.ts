import { describe, expect, test } from 'vitest'
import { advanceTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { checkInvariants } from '../support/invariants.ts'
import {
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
  await owner.wait(await owner.claimOne(parents), kid, message('m', 'go', 1000), timer('t', 1000))
  const metas = [JSON.stringify({ ...meta, parent }), JSON.stringify(meta)]
  const text = `select * from millrace.start_runs(1, $1, $2, null, '{1,1}', $3)`
  await kernel.query(text, [[child, other], [route.route, route.route], metas])
  const worker = await kernel.worker()
  const tasks = new Map((await worker.claim(route)).map((task) => [task.run, task]))
  await kernel.query(
    `with moved as (update millrace.test_clock set offset_ms = offset_ms + 1000)
     update millrace.workers set expires_at = clock_timestamp() where id = $1`,
    [worker.id],
  )
  return { parent, child, other, worker, tasks }
}

const calls: Record<string, (family: Family) => Call> = {
  'the owner ends the child and keeps the other': (f) => advance(f, { child: 'c', other: 'k' }),
  'the owner has the child continue, and keeps the other': (f) => goOn(f),
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
  'stop the worker': (f) => sql('select millrace.stop_worker($1)', f.worker.id),
  'begin an incarnation': () => sql('select millrace.begin_incarnation()'),
}

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

function goOn({ parent, child, other, tasks }: Family): Call {
  const [mine, beside] = [tasks.get(child), tasks.get(other)]
  if (!mine || !beside) throw new Error('both are leased')
  return async (client) => {
    const meta = JSON.stringify({ timeout_ms: 1000, parent })
    const successor = { id: await drawId(), route: route.route, input: '1', meta }
    const items = [
      toAdvance(mine, { op: 'c', output: null, parent: null, successor }),
      toAdvance(beside, { op: 'k', rows: [row('r', 'a')] }),
    ]
    return advanceTasks(kernel.database, 1, items, { tx: client })
  }
}

const names = Object.keys(calls)
/** Calls that lock one row and nothing after it cannot be half of a deadlock. */
const single = [
  'the owner ends the other',
  'pause the parent',
  'forward the parent',
  'renew',
  'report',
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
async function clear({ parent, child, other, worker }: Family): Promise<void> {
  const last = await kernel.call<string>('last_of_chain', child)
  await kernel.query(`select millrace.cancel_runs(1, $1, '{}')`, [[parent, child, other, last]])
  await kernel.call('stop_worker', worker.id)
  expect(await kernel.query('select run_id from millrace.live')).toEqual([])
}

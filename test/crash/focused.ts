import { setTimeout as pause } from 'node:timers/promises'
import { type Start, startRuns, takeIds } from '../../src/kernel/runs.ts'
import { advanceTasks, heldTasks, type LeasedTask } from '../../src/kernel/tasks.ts'
import { registerWorker, renewLease } from '../../src/kernel/workers.ts'
import {
  batchesOfOneCall,
  debouncePutOff,
  debounceSentAgain,
  emissionBesideWait,
  emissionByStaleOwner,
  heldRun,
  startBesideStart,
  waitBesideEmission,
} from './focused-events.ts'
import { beside, cancel, claim, drawTwo, INFO, kill, start } from './focused-moves.ts'
import type { Lab } from './lab.ts'

/** What random histories see too seldom. Returns what is wrong, or null. */
export async function focused(lab: Lab): Promise<string | null> {
  for (const check of [
    blameOfSuspects,
    limitOfOneKey,
    endingByStaleOwner,
    messageBesideWait,
    endBesideWait,
    claimBesideHeld,
    lateSending,
    lateHeartbeat,
    staleContinuation,
    whatGoesOn,
    emissionBesideWait,
    waitBesideEmission,
    heldRun,
    emissionByStaleOwner,
    startBesideStart,
    batchesOfOneCall,
    debouncePutOff,
    debounceSentAgain,
  ]) {
    const problem = await check(lab)
    if (problem) return problem
  }
  return null
}

/** A write that was sent again, and whose first sending comes when the wait that it brings is over. */
async function lateSending(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { tasks } = await claim(lab)
  const { task, fence } = tasks[0] as LeasedTask
  const waits = [{ key: 'wait', name: null, ms: 1 }]
  const keep = { run, task, fence, parent: null, op: 'k', length: 0, rows: [], waits } as const
  await advanceTasks(lab.db, lab.tenant, [keep], { stamp: 2 })
  await pause(2)
  const [verdict] = await advanceTasks(lab.db, lab.tenant, [keep], { stamp: 1 })
  await cancel(lab, [run])
  return verdict?.kind === 'stale' ? null : `a sending that came late ends a wait: ${verdict?.kind}`
}

/** A heartbeat that comes when the lease is over, and one when somebody holds a run that is to be recovered. */
async function lateHeartbeat(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { worker } = await claim(lab)
  await lab.ask('update millrace.workers set expires_at = clock_timestamp() where id = $1', [
    worker,
  ])
  const early = await renewLease(lab.db, worker, 600_000)
  const user = await lab.pool.connect()
  await user.query('begin')
  await user.query('select from millrace.live where run_id = $1 for update', [run])
  await lab.ask('select millrace.recover()')
  const late = await renewLease(lab.db, worker, 600_000)
  await user.query('rollback')
  user.release()
  await cancel(lab, [run])
  return early || late ? 'a late heartbeat brings back a lease that is over' : null
}

/** A run whose workers die is suspected from the third death on; then only it is blamed. */
async function blameOfSuspects(lab: Lab): Promise<string | null> {
  const [poison, neighbour] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, poison)])
  for (let death = 1; death <= 4; death++) {
    if (death === 4) await startRuns(lab.db, lab.tenant, [start(lab, neighbour)])
    const { worker } = await claim(lab)
    await kill(lab, worker)
  }
  const rows = await lab.ask<{ crashes: number }>(
    'select crashes from millrace.live where run_id = any ($1) order by run_id',
    [[poison, neighbour]],
  )
  await cancel(lab, [poison, neighbour])
  const crashes = rows.map((row) => row.crashes).join()
  if (crashes === '4,0') return null
  return `a suspect and its neighbour have ${crashes} deaths after the fourth, not 4,0`
}

/** One claim gets no more runs of a key than its limit, and a suspect waits for a place like any other. */
async function limitOfOneKey(lab: Lab): Promise<string | null> {
  const slot = lab.slots.find(({ limits }) => limits !== null)
  if (!slot?.limits) return 'no workflow has limits'
  const route = slot.routes[0] as number
  const meta = JSON.stringify({ workflow: slot.workflow, keys: { k: 'focused' } })
  const first = BigInt(await takeIds(lab.db))
  const ids = Array.from({ length: slot.limits.key + 3 }, (_, i) => String(first + BigInt(i)))
  const [poison, ...others] = ids.map((id) => ({ ...start(lab, id), route, meta }))
  await startRuns(lab.db, lab.tenant, [poison as Start])
  for (let death = 1; death <= 3; death++) await kill(lab, (await claim(lab, route)).worker)
  await startRuns(lab.db, lab.tenant, others)
  const before = await claim(lab, route, false)
  const { tasks } = await claim(lab, route)
  await cancel(lab, ids)
  if (before.tasks.length !== slot.limits.key)
    return `${before.tasks.length} runs of a key were given out, not ${slot.limits.key}`
  return tasks.length === 0 ? null : 'a suspect was given out beyond the limit of its key'
}

/** The call that only ends runs has a path of its own through the kernel. */
async function endingByStaleOwner(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { worker, tasks } = await claim(lab)
  await kill(lab, worker)
  await claim(lab)
  const { task, fence } = tasks[0] as LeasedTask
  const end = {
    run,
    task,
    fence,
    parent: null,
    op: 'c',
    length: 0,
    rows: [],
    output: '{}',
  } as const
  const [verdict] = await advanceTasks(lab.db, lab.tenant, [end])
  await cancel(lab, [run])
  return verdict?.kind === 'stale' ? null : `a stale owner ended a run: ${verdict?.kind}`
}

/** A run that is about to wait, and its message, which is not committed yet: one sees the other. */
async function messageBesideWait(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { tasks } = await claim(lab)
  const { task, fence } = tasks[0] as LeasedTask
  const waits = [{ key: 'wait', name: 'a', ms: null }]
  const park = { run, task, fence, parent: null, op: 'w', length: 0, rows: [], waits } as const
  const verdict = await beside(
    lab,
    (client) =>
      client.query(
        `select millrace.send_signals(${lab.tenant}, '{${run}}', '{1}', '{a}', '{null}')`,
      ),
    () => advanceTasks(lab.db, lab.tenant, [park]),
  )
  await cancel(lab, [run])
  return verdict[0]?.kind === 'news'
    ? null
    : 'a run began to wait for a message that was being sent'
}

/** A parent that is about to wait for its child, and the child's end, which is not committed yet. */
async function endBesideWait(lab: Lab): Promise<string | null> {
  const [run, child] = await drawTwo(lab)
  const meta = JSON.stringify({ parent: run })
  await startRuns(lab.db, lab.tenant, [start(lab, run), { ...start(lab, child), meta }])
  const { tasks } = await claim(lab)
  const fence = (tasks[0] as LeasedTask).fence
  const common = { task: 0, fence, length: 0, rows: [] }
  const end = { ...common, run: child, parent: run, op: 'c', output: '{}' } as const
  const waits = [{ key: 'child', name: `$child:${child}`, ms: null }]
  const park = { ...common, run, parent: null, op: 'w', waits } as const
  const verdict = await beside(
    lab,
    (client) => advanceTasks(lab.db, lab.tenant, [end], { tx: client }),
    () => advanceTasks(lab.db, lab.tenant, [park]),
  )
  await cancel(lab, [run, child])
  return verdict[0]?.kind === 'news' ? null : 'a parent began to wait for a child that was ending'
}

/** An owner that was overtaken has its run continue as another: there must be none. */
async function staleContinuation(lab: Lab): Promise<string | null> {
  const [run, next] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const { worker, tasks } = await claim(lab)
  await kill(lab, worker)
  await claim(lab)
  const { fence } = tasks[0] as LeasedTask
  const [verdict] = await advanceTasks(lab.db, lab.tenant, [goOn(lab, run, fence, next)])
  const rows = await lab.ask('select from millrace.runs where id = $1', [next])
  await cancel(lab, [run, next])
  if (verdict?.kind === 'stale' && rows.length === 0) return null
  return `a stale owner had a run continue: ${verdict?.kind}`
}

/** What a run leaves to its successor, and what of it nobody may hear twice or too early. */
async function whatGoesOn(lab: Lab): Promise<string | null> {
  const [parent, run] = await drawTwo(lab)
  const [next] = await drawTwo(lab)
  const meta = JSON.stringify({ parent, timeout_ms: 3_600_000 })
  await startRuns(lab.db, lab.tenant, [start(lab, parent), { ...start(lab, run), meta }])
  const send = (id: string) =>
    lab.ask(`select millrace.send_signals($1, $2, $3, '{a}', '{null}')`, [lab.tenant, [run], [id]])
  await send('first')
  await send('second')
  const { tasks } = await claim(lab)
  const { fence } = tasks[0] as LeasedTask
  const common = { task: 0, fence, parent: null, rows: [] }
  const names = { waits: [{ key: 'wait', name: 'a', ms: null }], length: 0 }
  await advanceTasks(lab.db, lab.tenant, [{ ...common, ...names, run, op: 'k' }])
  const children = [{ key: 'child', name: `$child:${run}`, ms: null }]
  await advanceTasks(lab.db, lab.tenant, [
    { ...common, run: parent, op: 'w', length: 0, waits: children },
  ])
  const write = { ...goOn(lab, run, fence, next, JSON.stringify({ parent })), length: 1 }
  await advanceTasks(lab.db, lab.tenant, [write])
  const problem = await lab.ask<{ problem: string | null }>(
    `select case
       when (select state from millrace.live where run_id = $1) <> 'w' then 'a parent heard of the end of its child too early'
       when (select array_agg(id || coalesce(taken::text, '') order by nth) from millrace.signals where run_id = $3)
            is distinct from '{first-1,second}' then 'messages did not go on as they were'
       when (select timeout_at is null from millrace.live where run_id = $3) then 'a run that continues had no time-out any more'
       when millrace.last_of_chain($2) <> $3 then 'a chain has lost its end' end as problem`,
    [parent, run, next],
  )
  await cancel(lab, [next])
  const [heard] = await lab.ask('select from millrace.live where run_id = $1 and state = $2', [
    ...[parent, 'q'],
  ])
  await cancel(lab, [parent])
  return problem[0]?.problem ?? (heard ? null : 'a parent did not hear of the end of a chain')
}

function goOn(lab: Lab, run: string, fence: string, id: string, meta: string | null = null) {
  const successor = { ...start(lab, id), meta }
  const common = { run, fence, task: 0, parent: null, length: 0, rows: [], output: null }
  return { ...common, op: 'c' as const, successor }
}

/** A claim that is not committed yet, and its worker, who asks what it holds: it is told. */
async function claimBesideHeld(lab: Lab): Promise<string | null> {
  const [run] = await drawTwo(lab)
  await startRuns(lab.db, lab.tenant, [start(lab, run)])
  const worker = await registerWorker(lab.db, lab.tenant, 60_000, INFO, '0')
  const route = lab.slots[0]?.routes[0]
  const tasks = await beside(
    lab,
    (client) =>
      client.query(
        `select millrace.claim_tasks(${lab.tenant}, ${worker}, 0, '{${route}}', '{0}', 10)`,
      ),
    () => heldTasks(lab.db, lab.tenant, { worker, epoch: 1, after: '0', most: 1000 }),
  )
  await cancel(lab, [run])
  return tasks.length === 1 ? null : 'a worker was not told of a claim that was on its way'
}

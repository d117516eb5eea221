import { expect, test } from 'vitest'
import { Database } from '../../src/kernel/database.ts'
import { startRuns, takeIds } from '../../src/kernel/runs.ts'
import { advanceTasks, claimTasks } from '../../src/kernel/tasks.ts'
import { createKernel, message, toAdvance, uuid } from '../support/kernel.ts'

test('an engine whose database defaults to serializable does its work', async () => {
  await using kernel = await createKernel()
  await kernel.query(
    `alter database ${kernel.name} set default_transaction_isolation = 'serializable'`,
  )
  const route = await kernel.route()
  const db = new Database({ connectionString: kernel.url }, { max: 6 })
  try {
    // the kernel itself runs in read committed: what it waited for it must see
    expect(await db.call('show transaction_isolation', [])).toEqual([
      { transaction_isolation: 'read committed' },
    ])
    const first = await takeIds(db)
    const runs = Array.from({ length: 30 }, (_, i) => String(first + BigInt(i)))
    const start = (id: string) =>
      startRuns(db, 1, [{ id, route: route.route, delayMs: null, input: '1', meta: null }])
    await Promise.all(runs.map(start))
    const workers = await Promise.all([kernel.worker(), kernel.worker(), kernel.worker()])
    const drained = await Promise.all(
      workers.map(async ({ id }) => {
        let ended = 0
        for (let empty = 0; empty < 2; ) {
          const claim = {
            worker: id,
            epoch: 0,
            routes: [route.route],
            after: ['0'],
            want: 4,
            suspect: true,
            idle: false,
          }
          const { tasks } = await claimTasks(db, 1, claim)
          if (tasks.length === 0) empty++
          const changes = tasks.map((task) =>
            toAdvance(
              task,
              task.journal.length === 0
                ? { op: 'w', waits: [message('m', 'go')] }
                : { op: 'c', output: '1' },
            ),
          )
          const verdicts = await advanceTasks(db, 1, changes)
          ended += verdicts.filter(
            ({ kind }, i) => kind === 'done' && changes[i]?.op === 'c',
          ).length
          for (const { run } of tasks.filter(({ journal }) => journal.length === 0)) {
            await db.call(`select millrace.trigger_event($1, 'go', '1')`, [uuid(run)])
          }
        }
        return ended
      }),
    )
    const left = await kernel.query('select * from millrace.live')
    const ended = drained.reduce((sum, n) => sum + n)
    expect(ended + left.length).toBe(30)
    expect(ended).toBeGreaterThan(0)
  } finally {
    await db.close()
  }
})

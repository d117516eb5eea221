import { expect, test } from 'vitest'
import { message, openKernel, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const migrate = (run: string, options: object) =>
  kernel.call<{ version: string }>('migrate_workflow', uuid(run), options)

async function versions() {
  const route = await kernel.route()
  const second = await kernel.call<number>('register_workflow', 1, route.name, '2', {})
  return { route, second: { ...route, route: second } }
}

test('a run that waits goes on with the other version, and the timeline says who moved it', async () => {
  const { route, second } = await versions()
  const run = await kernel.start(route)
  const { worker, task } = await kernel.lease(route)
  await worker.wait(task, message('m', 'go'))
  expect(await migrate(run, { to_version: '2', by: 'ada' })).toMatchObject({
    version: '2',
    status: 'waiting',
  })
  await kernel.call('trigger_event', uuid(run), 'go')
  expect(await worker.claim(route)).toEqual([])
  const [moved] = await worker.claim(second)
  expect(moved?.run).toBe(run)
  expect(moved?.journal.map(({ kind }) => kind)).toEqual(['v', 'g'])
  const [entry] = await kernel.query('select * from millrace.get_timeline($1)', [uuid(run)])
  expect(entry).toMatchObject({ kind: 'control', by: 'ada', reason: 'moved from version 1 to 2' })
  expect(
    await kernel.query('select run ->> $2 as id from millrace.get_runs($1)', [
      { workflow_id: route.name, version: '2' },
      'id',
    ]),
  ).toEqual([{ id: uuid(run) }])
})

test('so does one that is queued or paused, and one that is there already stays as it is', async () => {
  const { route, second } = await versions()
  const queued = await kernel.start(route)
  const paused = await kernel.start(route)
  await kernel.call('pause_workflow', uuid(paused))
  await migrate(queued, { to_version: '2' })
  await migrate(paused, { to_version: '2' })
  await migrate(paused, { to_version: '2' })
  expect(await kernel.run(paused)).toMatchObject({ status: 'paused', version: '2' })
  await kernel.call('resume_workflow', uuid(paused))
  const tasks = await (await kernel.worker()).claim(second)
  expect(tasks.map(({ run }) => run)).toEqual([queued, paused])
  expect(await kernel.journal(paused)).toHaveLength(3)
})

test('one that a worker has, or that has ended, is not moved, nor to a version that is not there', async () => {
  const { route } = await versions()
  const run = await kernel.start(route)
  await refusal(migrate(run, { to_version: '7' }), 'MR040', '"7"')
  await refusal(migrate(run, {}), 'MR001', 'to_version')
  const { worker, task } = await kernel.lease(route)
  await refusal(migrate(run, { to_version: '2' }), 'MR011', 'running')
  await worker.complete(task)
  await refusal(migrate(run, { to_version: '2' }), 'MR011', 'completed')
})

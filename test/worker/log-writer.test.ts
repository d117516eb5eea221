import { expect, test } from 'vitest'
import { Session } from '../../src/client/session.ts'
import { getLogs } from '../../src/kernel/streams.ts'
import { MAX_PENDING_LOG_LINES } from '../../src/model/limits.ts'
import { LogWriter } from '../../src/worker/log-writer.ts'
import { createKernel, uuid } from '../support/kernel.ts'
import { until } from '../support/until.ts'

const line = (message: string) => ({
  ...{ level: 'info' as const, step: null, attempt: null, message, args: [] },
})

test('while the database is away lines are held up to a limit; what is dropped is counted on the next one', {
  timeout: 60_000,
}, async () => {
  await using kernel = await createKernel()
  const route = await kernel.route()
  const [run, other] = [await kernel.start(route), await kernel.start(route)]
  const session = new Session({ pool: kernel.pool, logger: console })
  const logs = new LogWriter(session, 'info')
  // nobody stores anything while this is held
  const holder = await kernel.connect()
  await holder.query('begin; lock table millrace.logs')
  for (let i = 0; i < MAX_PENDING_LOG_LINES + 7; i++) logs.add(session, run, line(`m${i}`))
  logs.add(session, other, line('lost'))
  await holder.query('rollback')
  const count = () => kernel.value<number>('select count(*)::int from millrace.logs')
  await until(
    'all that were held are stored',
    async () => (await count()) === MAX_PENDING_LOG_LINES,
    {
      timeout: 30_000,
    },
  )
  logs.add(session, run, line('after'))
  logs.add(session, other, line('after'))
  await logs.stop()
  logs.add(session, run, line('too late'))
  const last = async (id: string) =>
    (await getLogs(kernel.database, uuid(id), { last: true, limit: 1 })).at(-1)
  expect(await last(run)).toMatchObject({ message: 'after', dropped: 7 })
  expect(await last(other)).toMatchObject({ message: 'after', dropped: 1 })
  // lines of a run that has gone are passed over
  expect(await count()).toBe(MAX_PENDING_LOG_LINES + 2)
})

test('levels below the least one, and all where none is stored, cost nothing', async () => {
  await using kernel = await createKernel()
  const run = await kernel.start(await kernel.route())
  const session = new Session({ pool: kernel.pool })
  const none = new LogWriter(session, null)
  none.add(session, run, line('m'))
  await none.stop()
  const warns = new LogWriter(session, 'warn')
  warns.add(session, run, line('m'))
  warns.add(session, '1', { ...line('no such run'), level: 'error' })
  warns.add(session, run, { ...line('w'), level: 'error' })
  await warns.stop()
  expect(await kernel.query('select message from millrace.logs')).toEqual([{ message: 'w' }])
})

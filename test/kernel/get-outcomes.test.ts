import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()
const outcomes = (tenant: number, runs: string[]) =>
  kernel.query('select * from millrace.get_outcomes($1, $2) order by run_id', [tenant, runs])

test('gives of some runs those that have ended', async () => {
  const second = await kernel.makeTenant('second')
  const route = await kernel.route()
  const runs = [
    await kernel.start(route),
    await kernel.start(route),
    await kernel.start(route),
    await kernel.start(route),
  ]
  const worker = await kernel.worker()
  const [done, failed] = await worker.claim(route, { want: 2 })
  if (!done || !failed) throw new Error('two runs are there')
  await worker.complete(done, { x: 1 })
  await worker.fail(failed, { message: 'no' })
  await kernel.call('cancel_runs', 1, [runs[2]], {})
  const ended = [
    { run_id: runs[0], status: 'c', output: '{"x":1}', continued_as: null },
    { run_id: runs[1], status: 'f', output: '{"message":"no"}', continued_as: null },
    { run_id: runs[2], status: 'x', output: null, continued_as: null },
  ]
  expect(await outcomes(1, [...runs, '7'])).toEqual(ended)
  expect(await outcomes(1, [])).toEqual([])
  expect(await outcomes(second, runs)).toEqual([])
})

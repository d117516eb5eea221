import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKernel, uuid } from '../support/kernel.ts'
import { type Postgrest, startPostgrest } from '../support/postgrest.ts'

const kernel = await openKernel()
let rest: Postgrest
beforeAll(async () => {
  rest = await startPostgrest(kernel)
}, 60_000)
afterAll(() => rest?.stop())

test('start and read', async () => {
  const route = await kernel.route({ name: 'order' })
  const ada = rest.as({ tenant: 'default', sub: 'ada' })
  const started = await ada.rpc('start_workflow', { workflow_id: 'order', input: { id: 7 } })
  console.log(started)
  console.log(await ada.from('runs').select())
  console.log(await ada.from('runs').select().eq('id', started.data))
  console.log(await ada.from('runs').select('id,status').in('id', [started.data]))
  console.log(
    await ada
      .from('runs')
      .select('id,status')
      .eq('status', 'pending')
      .order('created_at', { ascending: false })
      .limit(2),
  )
  console.log(
    await ada.from('workflows').select(),
    await ada.from('steps').select(),
    await ada.from('run_history').select(),
    await ada.from('approvals').select(),
    await ada.from('schedules').select(),
    await ada.from('workflow_versions').select(),
  )
  console.log(await ada.rpc('cancel_workflow', { run_id: started.data, options: { reason: 'no' } }))
  console.log(await ada.rpc('pause_workflow', { run_id: started.data }))
  console.log(await ada.rpc('get_timeline', { run_id: started.data }))
  console.log(await ada.from('run_history').select().eq('run_id', started.data))
  console.log(
    await rest.as({ tenant: 'nobody' }).rpc('cancel_workflow', { run_id: started.data }),
    await rest.as({ tenant: 'nobody' }).from('runs').select(),
  )
  console.log(await rest.as().from('runs').select())
})

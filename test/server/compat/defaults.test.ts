// What an operator has set for workflows that say nothing: EXECUTION_TIMEOUT_SECONDS, CRON_TIMEZONE, MAX_SUB_WORKFLOW_DEPTH.
import { expect, test } from 'vitest'
import { useServer } from '../../support/server.ts'

const t = useServer(
  { graphDefaults: { timeout: '200 s', timezone: 'Europe/Berlin' } },
  { graphs: true, maxSubWorkflowDepth: 2 },
)

const steps = [{ id: 'one', type: 'transform', config: { expression: '1' }, depends_on: [] }]
const create = async (body: object) => (await t.send('POST', '/api/workflows', { body })).body

test('a workflow has the time-out of the server', async () => {
  const steps = [{ id: 'rest', type: 'delay', config: { seconds: 600 }, depends_on: [] }]
  const { id } = await create({ name: 'timed', trigger_type: 'manual', steps })
  const { execution_id } = (await t.send('POST', `/api/workflows/${id}/execute`, { body: {} })).body
  const { created_at, timeout_at } = (await t.send('GET', `/api/runs/${execution_id}`)).body
  expect(Date.parse(timeout_at) - Date.parse(created_at)).toBe(200_000)
})

test('a cron is in the zone of the server, or in its own', async () => {
  const zoneOf = async (config: object) => {
    const { id, trigger_config } = await create({
      ...{ name: 'timed', trigger_type: 'cron', steps },
      trigger_config: { cron_expression: '0 9 * * *', ...config },
    })
    const { data } = (await t.send('GET', `/api/schedules?workflow_id=${id}`)).body
    return [trigger_config.timezone, data[0].timezone]
  }
  expect(await zoneOf({})).toEqual(['Europe/Berlin', 'Europe/Berlin'])
  expect(await zoneOf({ timezone: 'UTC' })).toEqual(['UTC', 'UTC'])
})

test('sub-workflows go as deep as the engine allows', async () => {
  const call = (workflow_id: string) => [
    { id: 'call', type: 'sub_workflow', config: { workflow_id }, depends_on: [] },
  ]
  let id = (await create({ name: 'leaf', trigger_type: 'manual', steps })).id
  const ends: string[] = []
  for (let depth = 1; depth <= 3; depth++) {
    id = (await create({ name: 'above', trigger_type: 'manual', steps: call(id) })).id
    const ended = await t.send('POST', `/api/workflows/${id}/execute?wait=20s`, { body: {} })
    ends.push(ended.body.status)
  }
  expect(ends).toEqual(['completed', 'completed', 'failed'])
})

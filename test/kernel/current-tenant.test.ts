import { expect, test } from 'vitest'
import { asAdmin } from '../support/database.ts'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test('without a setting there is no tenant, and after a transaction that had one neither', async () => {
  const client = await kernel.connect()
  const current = async () =>
    (await client.query('select millrace.current_tenant() as tenant')).rows[0].tenant
  expect(await current()).toBeNull()
  await client.query(`begin; set local millrace.tenant_id = '7'`)
  expect(await current()).toBe(7)
  await client.query('commit')
  expect(await current()).toBeNull()
})

test('a reader sees the rows of its tenant and no others, through views as well', async () => {
  const second = await kernel.makeTenant('second')
  const ours = await kernel.start(await kernel.route())
  const theirs = await kernel.start(await kernel.route({ tenant: second }))
  const reader = `reader_${kernel.name}`
  await asAdmin(`create role ${reader}`)
  try {
    await kernel.query(`grant usage on schema millrace to ${reader}`)
    await kernel.query(`grant select on all tables in schema millrace to ${reader}`)
    await kernel.query(`grant execute on function millrace.run_uuid to ${reader}`)
    const seen = async (tenant: number | null) => {
      const client = await kernel.connect(true)
      await client.query(`begin; set local role ${reader}`)
      if (tenant !== null) await client.query(`set local millrace.tenant_id = '${tenant}'`)
      const tables = ['runs', 'runs_0', 'live', 'routes', 'workflows', 'run_details']
      const found = []
      for (const table of tables) {
        const { rows } = await client.query(`select * from millrace.${table}`)
        found.push(rows.length)
      }
      const { rows } = await client.query('select id::text from millrace.runs')
      await client.end()
      return { found, runs: rows.map(({ id }) => id) }
    }
    expect(await seen(1)).toEqual({ found: [1, 1, 1, 1, 1, 1], runs: [ours] })
    expect(await seen(second)).toEqual({ found: [1, 1, 1, 1, 1, 1], runs: [theirs] })
    expect(await seen(null)).toEqual({ found: [0, 0, 0, 0, 0, 0], runs: [] })
  } finally {
    await kernel.query(`drop owned by ${reader}`).catch(() => {})
    const admin = await kernel.connect(true)
    await admin.query(`drop owned by ${reader}; drop role ${reader}`)
  }
})

test('row-level security is enabled and forced on every table', async () => {
  const open = await kernel.query(
    `select relname from pg_class
     where relnamespace = 'millrace'::regnamespace and relkind in ('r', 'p')
       and not (relrowsecurity and relforcerowsecurity) and relname <> 'test_clock'`,
  )
  expect(open).toEqual([])
})

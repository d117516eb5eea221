import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { makeTwoTenants, type TwoTenants, tablesOfTenants } from '../support/two-tenants.ts'

let two: TwoTenants
beforeAll(async () => {
  two = await makeTwoTenants()
}, 60_000)
afterAll(() => two.kernel.drop())

type Page = { cursor: string | null; lines: string[] }
async function exported(tenant: string, pages?: number): Promise<string[]> {
  const lines: string[] = []
  for (let after: string | null = null; ; ) {
    const options: string = JSON.stringify({ tenant, after, pages })
    const [page] = await two.kernel.query<Page>('select * from millrace.export_tenant($1)', [
      options,
    ])
    lines.push(...(page?.lines ?? []))
    if (!page || page.cursor === null) return lines
    after = page.cursor
  }
}

test('every row of every table is there, once, and none of another tenant', async () => {
  const { a, b, admin } = two
  const lines = await exported(a.slug)
  const counts = new Map<string, number>()
  for (const line of lines) {
    const { table } = JSON.parse(line) as { table: string }
    counts.set(table, (counts.get(table) ?? 0) + 1)
  }
  for (const { name } of await tablesOfTenants(admin)) {
    const { rows } = await admin.query(
      `select count(*)::int as n from millrace.${name} where tenant_id = $1`,
      [a.tenant],
    )
    expect([name, counts.get(name.replace(/_0$/, ''))]).toEqual([name, rows[0].n])
  }
  expect(counts.get('tenants')).toBe(1)
  expect(lines.join('\n')).not.toContain(b.slug)
  expect(new Set(lines).size).toBe(lines.length)
})

test('neither the hash of a key nor a secret is in it', async () => {
  const { a, admin } = two
  const text = (await exported(a.slug)).join('\n')
  const { rows } = await admin.query<{ sealed: string; hash: string }>(
    `select (select sealed from millrace.secrets where tenant_id = $1),
            (select encode(hash, 'hex') as hash from millrace.api_keys where tenant_id = $1)`,
    [a.tenant],
  )
  expect(text).toContain(a.secret)
  expect(text).toContain(a.key)
  for (const hidden of [rows[0]?.sealed, rows[0]?.hash]) expect(text).not.toContain(hidden)
})

test('a table of many pages is read page by page, the same as at once', async () => {
  const { a, b, admin } = two
  await admin.query(
    `insert into millrace.audit (tenant_id, at, subject, action)
     select case when i % 3 = 0 then $1::int else $2 end, now(), 'x', repeat('y', 200) from generate_series(1, 3000) i`,
    [a.tenant, b.tenant],
  )
  const byOne = await exported(a.slug, 1)
  expect(byOne.sort()).toEqual((await exported(a.slug)).sort())
  expect(byOne.length).toBeGreaterThan(1000)
})

test('what is no cursor is refused', async () => {
  for (const after of ['x', 'runs', 'pg_class/0', 'runs/x', 'tenants/1/2'])
    await refusal(two.kernel.call('export_tenant', { after }), 'MR001', 'cursor')
  await refusal(two.kernel.call('export_tenant', { tenant: 'nobody' }), 'MR042', 'nobody')
})

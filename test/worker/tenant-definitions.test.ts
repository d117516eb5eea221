import { expect, test } from 'vitest'
import { Session } from '../../src/client/session.ts'
import { Registry } from '../../src/definition/registry.ts'
import { describeRoutes } from '../../src/kernel/tenant-work.ts'
import { TenantDefinitions } from '../../src/worker/tenant-definitions.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { createKernel } from '../support/kernel.ts'

/** Stands for a loaded document: what it does is not asked here. */
const tinyGraph = (text: string, version: string) => ({
  ...workflow(JSON.parse(text).name as string, () => version, { version }),
  kind: 'graph' as const,
})

test('of stored graphs of many tenants the last used are kept, and others loaded again when they are met', async () => {
  await using kernel = await createKernel()
  const count = 12
  for (let i = 0; i < count; i++) {
    await kernel.makeTenant(`t${i}`)
    const document = {
      name: 'g',
      steps: [{ id: `s${i}`, type: 'transform', config: { expression: '1' } }],
    }
    await kernel.query('select * from millrace.define_workflow($1, $2)', [
      JSON.stringify(document),
      { tenant: `t${i}`, version: '1' },
    ])
  }
  const ids = await kernel.query<{ id: number }>('select id from millrace.routes order by id')
  const routes = await describeRoutes(
    kernel.database,
    ids.map(({ id }) => id),
  )
  expect(routes).toHaveLength(count)
  const loads: string[] = []
  const definitions = new TenantDefinitions({
    ...{ session: new Session({ pool: kernel.pool }), registry: new Registry(), graphs: true },
    load: async (text, version) => {
      loads.push(text)
      return tinyGraph(text, version)
    },
    served: async () => {},
    most: 4,
  })
  const kept = () => routes.filter((route) => definitions.get(route)).length
  await definitions.load(routes.slice(0, 4))
  expect(kept()).toBe(4)
  // each tenant's is its own
  const run = await Promise.all(routes.slice(0, 4).map((route) => definitions.get(route)))
  expect(new Set(run).size).toBe(4)
  for (const route of routes) {
    await definitions.load([route])
    expect(definitions.get(route)?.id).toBe('g')
  }
  expect(loads).toHaveLength(count)
  expect(kept()).toBe(4)
  // what is used stays, what is not goes
  const first = routes.at(-4) as (typeof routes)[number]
  definitions.get(first)
  await definitions.load(routes.slice(0, 1))
  expect(definitions.get(first)).toBeDefined()
  expect(loads).toHaveLength(count + 1)
  expect(kept()).toBe(4)
})

test('serves what it may: its own code for the installation’s, graphs of tenants, nothing that is a tenant’s own code', async () => {
  await using kernel = await createKernel()
  const route = (more: object) => ({
    ...{ route: 1, tenant: 2, tenantSlug: 't', name: 'w', version: '1', kind: 'function' },
    ...{ sharedId: null, documentId: null, documentName: null, queue: 'q', priority: 0 },
    ...{ head: '0', sweepMs: 0, limited: false },
    ...more,
  })
  const registry = new Registry()
  const definition = { ...tinyGraph('{"name": "w", "steps": []}', '1') }
  registry.add({ ...definition, kind: 'function' })
  const make = (graphs: boolean | string[]) =>
    new TenantDefinitions({
      ...{ session: new Session({ pool: kernel.pool }), registry, graphs },
      load: async (text, version) => tinyGraph(text, version),
      served: async () => {},
    })
  const all = make(true)
  expect(all.mayServe(route({ sharedId: 7 }))).toBe(true)
  expect(all.get(route({ sharedId: 7 }))).toBeDefined()
  // the same name and version, but the tenant's own code: other processes have that
  expect(all.mayServe(route({}))).toBe(false)
  expect(all.get(route({}))).toBeUndefined()
  expect(all.mayServe(route({ sharedId: 7, version: '2' }))).toBe(false)
  const graph = route({ kind: 'graph', documentId: 9, documentName: 'g', name: 'g.node' })
  expect(all.mayServe(graph)).toBe(true)
  expect(make(['g']).mayServe(graph)).toBe(true)
  expect(make(['w']).mayServe(graph)).toBe(false)
  expect(make(false).mayServe(graph)).toBe(false)
})

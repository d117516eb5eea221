import { createHash } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { type DocumentsFilter, getDocuments } from '../../src/kernel/definitions.ts'
import { createKernel, type Kernel } from '../support/kernel.ts'
import { explainAll } from '../support/plans.ts'

let kernel: Kernel
beforeEach(async () => {
  kernel = await createKernel()
  return () => kernel.drop()
})

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** Registers a version whose document is its name and version. */
async function register(name: string, version: string, kind = 'flow', tenant = 1) {
  const text = `"${name} ${version}"`
  const route = await kernel.value<number>('select millrace.register_workflow($1,$2,$3,$4,$5,$6)', [
    ...[tenant, name, version, { kind }, text, hash(text)],
  ])
  return { route, name, tenant }
}

const look = async (filter: Partial<DocumentsFilter>, tenant = 1) => {
  const none = { names: [], graphs: null, known: [], unfinished: true }
  const rows = await getDocuments(kernel.database, tenant, { ...none, ...filter })
  return rows.map(({ id, version, kind, document }) => {
    expect(document).toBe(`"${id} ${version}"`)
    return `${kind} ${id} ${version}`
  })
}

test('of flows those versions that have unfinished runs, whatever these do', async () => {
  const one = await register('f', '1')
  const two = await register('f', '2')
  const three = await register('f', '3')
  await register('f', '4')
  expect(await look({ names: ['f'] })).toEqual([])
  await kernel.start(one)
  const waiting = await kernel.start(two)
  const { worker, task } = await kernel.lease(two)
  expect(task.run).toBe(waiting)
  await worker.wait(task, { key: 'w', name: 'go', ms: null })
  await kernel.start(three)
  const { worker: other, task: last } = await kernel.lease(three)
  await other.complete(last)
  expect(await look({ names: ['f'] })).toEqual(['flow f 2', 'flow f 1'])
  expect(await look({ names: ['f'], known: [['f', '2']] })).toEqual(['flow f 1'])
  // the one that waits needs a worker when its wait is over
  expect(await look({ names: ['f'], unfinished: false })).toEqual(['flow f 1'])
  expect(await look({ names: ['g'] })).toEqual([])
  expect(await look({ graphs: ['*'] })).toEqual([])
})

test('of graphs the newest too, also where that was registered before', async () => {
  const old = await register('g', '1', 'graph')
  await register('g', '2', 'graph')
  await register('g', '3', 'graph')
  await register('h', '1', 'graph')
  await register('f', '1', 'flow')
  await kernel.route({ name: 'code', definition: { kind: 'graph' } })
  expect(await look({ graphs: ['*'] })).toEqual(['graph h 1', 'graph g 3'])
  expect(await look({ graphs: ['g'] })).toEqual(['graph g 3'])
  expect(await look({ graphs: [] })).toEqual([])
  const run = await kernel.start(old)
  expect(await look({ graphs: ['g'] })).toEqual(['graph g 3', 'graph g 1'])
  expect(await look({ graphs: ['g'], unfinished: false })).toEqual(['graph g 3', 'graph g 1'])
  const { worker, task } = await kernel.lease(old)
  expect(task.run).toBe(run)
  expect(await look({ graphs: ['g'], unfinished: false })).toEqual(['graph g 3'])
  await worker.wait(task, { key: 'w', name: 'go', ms: null })
  const known = [['g', '3']] as const
  expect(await look({ graphs: ['g'], known, unfinished: false })).toEqual([])
  await register('g', '2', 'graph')
  expect(await look({ graphs: ['g'], known, unfinished: false })).toEqual(['graph g 2'])
})

test('tenants see their own', async () => {
  const second = await kernel.makeTenant('second')
  await register('g', '1', 'graph', second)
  expect(await look({ graphs: ['*'], names: ['g'] })).toEqual([])
  expect(await look({ graphs: ['*'] }, second)).toEqual(['graph g 1'])
})

test('twenty at a time, the newest first', async () => {
  for (let i = 1; i <= 25; i++) await register(`g${i}`, '1', 'graph')
  const first = await look({ graphs: ['*'] })
  expect(first).toHaveLength(20)
  expect(first[0]).toBe('graph g25 1')
  const known = first.map((line) => line.split(' ').slice(1) as [string, string])
  expect(await look({ graphs: ['*'], known })).toHaveLength(5)
})

test('reads no run where there is no other version, and no more than one unless it was asked to', async () => {
  await register('f', '1')
  await kernel.start(await register('f', '2'))
  const explain = await explainAll(kernel)
  const tables = async (known: string, unfinished: boolean) => {
    const text = `select * from millrace.get_documents(1, '{f}', '{*}', '{f,f}', $1, $2)`
    return (await explain.reads(text, [known, unfinished])).map(({ table }) => table)
  }
  expect(await tables('{1,2}', true)).not.toContain('live')
  expect(await tables('{1,1}', true)).toContain('live')
  for (let i = 0; i < 300; i++) await kernel.start(await register('f', '1'))
  await kernel.query('analyze millrace.live')
  const text = `select * from millrace.get_documents(1, '{f}', '{*}', '{f}', '{1}', false)`
  const reads = (await explain.reads(text)).filter(({ table }) => table === 'live')
  expect(reads.length).toBeGreaterThan(0)
  for (const { how, rows } of reads) {
    expect(how).toMatch(/^Index/)
    expect(rows).toBeLessThan(5)
  }
})

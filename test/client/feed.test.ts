import { expect, test } from 'vitest'
import { type FeedEvent, WorkflowClient, workflow } from '../../src/index.ts'
import { useEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const t = useEngine()
const WAIT = { timeout: 15_000 }
const one = workflow('feed one', ({ step }) => step.run('a', () => 1))
const two = workflow('feed two', async ({ step }) => {
  await step.run('a', () => 1)
  await step.run('b', () => 2)
})

/** Reads in the background until it is told to stop. */
function read(client: WorkflowClient, options: { after?: string; workflowId?: string } = {}) {
  const stop = new AbortController()
  const got: FeedEvent[] = []
  const done = (async () => {
    for await (const event of client.followRuns({ ...options, signal: stop.signal }))
      got.push(event)
  })()
  return {
    got,
    of: (id: string) =>
      got
        .filter(({ runId }) => runId === id)
        .map(({ type, stepId }) => [type, stepId].filter(Boolean).join(' ')),
    async stop() {
      stop.abort()
      await done
    },
  }
}

/** Readers begin somewhere: until they have been told of a run that was started after that. */
async function areFollowing(...readers: ReturnType<typeof read>[]): Promise<void> {
  const begun = async () => (await t.engine.startWorkflow(two)).id
  const probes = [await begun()]
  await until(
    'it is followed',
    async () => {
      if (readers.every(({ of }) => probes.some((id) => of(id)[0] === 'pending'))) return true
      probes.push(await begun())
      return false
    },
    { every: 100 },
  )
}

test('a tenant, or a workflow, is followed from now on, each run in order', async () => {
  await t.engine.registerWorkflow(one)
  await t.engine.registerWorkflow(two)
  const all = read(t.engine)
  const twos = read(t.engine, { workflowId: 'feed two' })
  await areFollowing(all, twos)
  const first = await t.engine.startWorkflow(one)
  const second = await t.engine.startWorkflow(two)
  await Promise.all([first.result(WAIT), second.result(WAIT)])
  const ends = (reader: typeof all, id: string) => () => reader.of(id).includes('completed')
  await until('the first has ended', ends(all, first.id))
  await until('the second has ended', ends(all, second.id))
  await until('it has for the other', ends(twos, second.id))
  expect(all.of(first.id)).toEqual(['pending', 'step:completed a', 'completed'])
  const rows = (reader: typeof all) => reader.of(second.id).filter((line) => line !== 'running')
  expect(rows(all)).toEqual(['pending', 'step:completed a', 'step:completed b', 'completed'])
  expect(rows(twos)).toEqual(rows(all))
  expect(twos.of(first.id)).toEqual([])
  expect(all.got.every(({ workflowId }) => workflowId.startsWith('feed '))).toBe(true)
  await Promise.all([all.stop(), twos.stop()])
})

test('a reader that comes back, in another process, misses nothing', async () => {
  const reader = read(t.engine)
  await areFollowing(reader)
  const before = await t.engine.startWorkflow(one)
  await until('it is told', () => reader.of(before.id).includes('completed'))
  await reader.stop()
  const after = reader.got.at(-1)?.id as string
  const missed = await t.engine.startWorkflow(two)
  await missed.result(WAIT)
  const client = new WorkflowClient({ connectionString: t.db.url })
  const again = read(client, { after })
  await until('it is told', () => again.of(missed.id).includes('completed'))
  expect(again.of(missed.id)[0]).toBe('pending')
  expect(again.of(before.id)).toEqual([])
  expect(again.got.some(({ type }) => type === 'reset')).toBe(false)
  await again.stop()
  await client.stop()
})

test('a place that is not there any more is told', async () => {
  const reader = read(t.engine, { after: '0' })
  await until('it is told', () => reader.got.length > 0)
  expect(reader.got[0]).toMatchObject({ type: 'reset', runId: '' })
  await reader.stop()
  await expect(
    t.engine.followRuns({ after: 'x' })[Symbol.asyncIterator]().next(),
  ).rejects.toMatchObject({ code: 'MR001' })
})

test('nothing is written while nobody reads, and nothing of it is another tenant’s', async () => {
  await t.db.query(
    "insert into millrace.tenants (slug) values ('feed others') on conflict do nothing",
  )
  const other = new WorkflowClient({ connectionString: t.db.url, tenant: 'feed others' })
  const theirs = read(other)
  const mine = read(t.engine)
  await until('both are written', async () => {
    const rows = await t.db.query(`select from millrace.follows where run_id = 0 and follower = ''`)
    return rows.length === 2
  })
  await areFollowing(mine)
  const run = await t.engine.startWorkflow(one)
  await until('it is told', () => mine.of(run.id).includes('completed'))
  expect(theirs.got).toEqual([])
  await Promise.all([theirs.stop(), mine.stop()])
  await other.stop()
  await t.db.query('delete from millrace.follows')
  const count = () => t.db.value('select count(*)::int from millrace.feed')
  const had = await count()
  await (await t.engine.startWorkflow(one)).result(WAIT)
  expect(await count()).toBe(had)
})

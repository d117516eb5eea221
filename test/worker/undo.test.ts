import { expect, test } from 'vitest'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const saga = createWorkflowRef('saga')
const LONG = { timeout: 60_000 }

/** What must hold of a run with undos, whatever died: each query finds offenders. */
async function judge(p: Processes): Promise<void> {
  const rules: Record<string, string> = {
    'what was done by a run that did not complete is undone': `
      select c.run_id, c.name from millrace.checkpoints c join millrace.outcomes o on o.run_id = c.run_id and o.status <> 'c'
      where c.kind = 'r' and not exists (
        select from millrace.checkpoints n where n.run_id = c.run_id and n.kind = 'n' and n.name = c.name)`,
    'a run that completed has undone nothing': `
      select c.run_id, c.name from millrace.checkpoints c join millrace.outcomes o on o.run_id = c.run_id and o.status = 'c'
      where c.kind in ('b', 'n')`,
    'an undo that is recorded does not begin again': `
      select e.run, e.step from effects e
      join millrace.checkpoints c on c.run_id = millrace.run_number(e.run::uuid) and e.step = 'undo ' || c.name and c.kind = 'n'
      where date_trunc('milliseconds', e.at) > date_trunc('milliseconds', c.at)`,
    'no step begins when the undos have': `
      select e.run, e.step from effects e
      join millrace.checkpoints c on c.run_id = millrace.run_number(e.run::uuid) and c.kind = 'b'
      where e.step like 's%' and date_trunc('milliseconds', e.at) > date_trunc('milliseconds', c.at)`,
    'undos are in reverse order': `
      select x.run_id from (
        select n.run_id, array_agg(r.seq order by n.seq) as got, array_agg(r.seq order by r.seq desc) as wanted
        from millrace.checkpoints n
        join millrace.checkpoints r on r.run_id = n.run_id and r.kind = 'r' and r.name = n.name
        where n.kind = 'n' group by n.run_id) x where x.got <> x.wanted`,
    'a run is alive or has an outcome': `
      select r.id from millrace.runs r left join millrace.live l on l.run_id = r.id
      left join millrace.outcomes o on o.run_id = r.id where (l.run_id is null) = (o.run_id is null)`,
  }
  for (const [rule, text] of Object.entries(rules)) expect(await p.db.query(text), rule).toEqual([])
  expect(await p.repeats()).toEqual([])
}

const ended = (runs: readonly WorkflowRun[]) =>
  Promise.all(
    runs.map((run) =>
      run.result(LONG).then(
        () => 'completed',
        (error: Error) => error.name,
      ),
    ),
  )

test('workers that are killed between undos leave the rest to others, each in its turn', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const input = { count: 5, ms: 5, undoMs: 60, fails: true }
  const runs = await p.client.startWorkflows(
    saga,
    Array.from({ length: 12 }, () => ({ input })),
  )
  const undos = async (n: number) =>
    (await p.effects()).filter(({ step }) => step.startsWith('undo')).length > n
  await until('some is undone', () => undos(10), LONG)
  workers[0]?.kill('SIGKILL')
  workers.push(await p.spawn())
  await until('more is undone', () => undos(35), LONG)
  workers[1]?.kill('SIGKILL')
  expect(new Set(await ended(runs))).toEqual(new Set(['RunFailedError']))
  await judge(p)
  expect(await undos(12 * 5 - 1)).toBe(true)
})

test('a cancel that comes at any moment: what was done is undone, or the run has completed', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const workers = await Promise.all([p.spawn(), p.spawn()])
  const input = { count: 4, ms: 15, undoMs: 5, fails: false }
  const runs = await p.client.startWorkflows(
    saga,
    Array.from({ length: 40 }, () => ({ input })),
  )
  // some while they work, some as they end
  const cancels = runs.map(async (run, i) => {
    const enough = async () => {
      const steps = await p.db.value<number>(
        `select count(*)::int from effects where run = $1 and step like 's%'`,
        [run.id],
      )
      return steps > i % 5 || steps === 4 || (await run.refresh()).completedAt !== null
    }
    await until('it is so far', enough, { ...LONG, every: 5 })
    const cancel = () => run.cancel().catch(() => null)
    await Promise.all([cancel(), cancel()])
  })
  await until('some are at work', async () => (await p.effects()).length > 30, LONG)
  workers[0]?.kill('SIGKILL')
  await Promise.all(cancels)
  await p.spawn()
  const ends = await ended(runs)
  expect(ends).toContain('RunCancelledError')
  await judge(p)
})

test('a worker that dies before it hears of the cancel: whoever recovers its run begins the undos', {
  timeout: 90_000,
}, async () => {
  await using p = await startProcesses()
  const zombie = await p.spawn({ lease: '6 s' })
  // the second step is still at work when its worker dies, however late that is
  const input = { count: 2, ms: 1, lastMs: 600_000, undoMs: 1, fails: false }
  const run = await p.client.startWorkflow(saga, input)
  await until('the second step runs', async () => (await p.effects()).length === 2, LONG)
  zombie.kill('SIGSTOP')
  expect(await run.cancel()).toMatchObject({ status: 'running', phase: 'undoing' })
  zombie.kill('SIGKILL')
  await p.spawn()
  expect(await ended([run])).toEqual(['RunCancelledError'])
  // of the second step nobody knows whether it did anything: it was interrupted
  expect((await p.effects()).map(({ step }) => step)).toEqual(['s0', 's1', 'undo s0'])
  await judge(p)
})

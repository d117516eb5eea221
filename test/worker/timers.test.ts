import { expect, test } from 'vitest'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { isTerminal } from '../../src/model/status.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { startEngine } from '../support/engine.ts'
import { until } from '../support/until.ts'

const LONG = { timeout: 15_000 }

/** The journal as short texts. */
async function journal(t: Awaited<ReturnType<typeof startEngine>>, id: string): Promise<string[]> {
  const rows = await t.db.query<{ text: string }>(
    `select concat_ws(' ', j.kind::text, j.name, j.data) as text
     from millrace.get_journal((select run_id from millrace.run_details where id = $1)) j order by j.seq`,
    [id],
  )
  return rows.map(({ text }) => text)
}

test('the end of a sleep is in the journal before what follows it, whatever that is', async () => {
  const child = workflow('child', () => 'grown')
  const w = workflow('naps', async ({ step }) => {
    await step.sleep('first', 20)
    await step.sleep('second', 20)
    await step.transaction('tx', (tx) => tx.query('select 1').then(() => 'kept'))
    await step.sleep('third', 20)
    await step.run('run', () => 'ran')
    await step.sleep('fourth', 20)
    await step.invoke('child', child, null)
    await step.sleep('last', 20)
    return 'done'
  })
  await using t = await startEngine([w, child])
  const run = await t.engine.startWorkflow(w)
  expect(await run.result(LONG)).toBe('done')
  const rows = (await journal(t, run.id)).map((row) => row.split(' ').slice(0, 2).join(' '))
  expect(rows).toEqual([
    ...['t first', 't second', 'r tx', 't third', 'r run', 't fourth', 'c child', 'g child'],
    't last',
  ])
})

test('a sleep that was over when its worker died is over for the next one too, and told once', async () => {
  let deaths = 0
  const w = workflow('dies', async ({ step, input }) => {
    await step.sleep('nap', input as number)
    if (deaths === 0) await step.run('hang', () => new Promise(() => {}))
    return step.run('end', () => 'done')
  })
  await using t = await startEngine([])
  const first = await t.another([w], { drainTimeout: '1 ms' })
  // one that a busy machine leases only when its time has come has the end in its journal at once
  const runs = await Promise.all([50, 300, 550, 800].map((ms) => first.startWorkflow(w, ms)))
  let run = runs[0] as WorkflowRun
  await until('one has slept while its worker had it', async () => {
    const rows = await t.db.query<{ id: string; state: string; waits: number | null }>(
      `select d.id, l.state, cardinality(l.wait_keys) as waits
       from millrace.live l join millrace.run_details d on d.run_id = l.run_id`,
    )
    const found = rows.find(({ state, waits }) => state === 'l' && waits === 1)
    run = runs.find(({ id }) => id === found?.id) ?? run
    return found !== undefined
  })
  expect(await journal(t, run.id)).toEqual([])
  await first.stop()
  deaths = 1
  await t.another([w])
  expect(await (await t.engine.getRun({ runId: run.id })).result(LONG)).toBe('done')
  expect(await journal(t, run.id)).toEqual(['t nap', 'r end "done"'])
})

test('code that does not ask for a sleep any more does not fit the run that slept', async () => {
  const before = workflow('changes', async ({ step }) => {
    await step.sleep('nap', 1000)
    return step.run('end', () => 'done')
  })
  const after = workflow('changes', ({ step }) => step.run('end', () => 'done'))
  await using t = await startEngine([])
  const first = await t.another([before])
  const run = await first.startWorkflow(before)
  await run.waitForStatus('waiting', LONG)
  await first.stop()
  await t.another([after])
  const there = await t.engine.getRun({ runId: run.id })
  const paused = await there.waitForStatus('paused', LONG)
  expect(paused).toMatchObject({ reason: 'history_mismatch' })
})

test('a run that is leased shortly before its time, and cancelled, does not go on', async () => {
  const w = workflow('naps', async ({ step }) => {
    await step.sleep('nap', 150)
    return step.run('after', () => 'woken')
  })
  await using t = await startEngine([w])
  const state =
    "select count(*)::int as n from millrace.live where state = 'l' and wait_keys is not null"
  const cancelled: WorkflowRun[] = []
  // on a busy machine most of these cancels come too late
  await until(
    'some are cancelled in their sleep',
    async () => {
      const run = await t.engine.startWorkflow(w)
      await until('it is leased again, or over', async () => {
        const [leased] = await t.db.query<{ n: number }>(state)
        return leased?.n === 1 || isTerminal((await run.refresh()).status)
      })
      const ended = await run.cancel().catch(() => run.refresh())
      if (ended.status === 'cancelled') cancelled.push(ended)
      return cancelled.length >= 3
    },
    LONG,
  )
  // what was started last has had its time: so have those before it
  const last = await t.engine.startWorkflow(w)
  await last.result(LONG)
  for (const run of cancelled) {
    const steps = (await run.timeline()).map(({ stepId, output }) => [stepId, output])
    expect(steps).not.toContainEqual(['after', 'woken'])
  }
})

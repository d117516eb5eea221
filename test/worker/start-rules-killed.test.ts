import type { ChildProcess } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Page } from '../../src/client/page.ts'
import type { WorkflowRun } from '../../src/client/workflow-run.ts'
import { createWorkflowRef } from '../../src/workflow/workflow-ref.ts'
import { until } from '../support/until.ts'
import { type Processes, startProcesses } from './processes.ts'

const LONG = { timeout: 60_000 }
const KEYS = ['a', 'b', 'c']
const throttled = createWorkflowRef('throttled')
const debounced = createWorkflowRef('debounced')

type Start = { run: WorkflowRun; n: number; from: number; to: number }

/** Starts again and again for each key, one after the other, while workers are killed and come back. */
async function pressAndKill(p: Processes, workflow: typeof throttled, ms: number) {
  const starts = new Map(KEYS.map((key) => [key, [] as Start[]]))
  const workers: (ChildProcess | undefined)[] = [await p.spawn(), await p.spawn()]
  let on = true
  const press = async (customer: string) => {
    const mine = starts.get(customer) as Start[]
    for (let n = 0; on; n++) {
      const from = Date.now()
      const run = await p.client.startWorkflow(workflow, { customer, n, ms })
      mine.push({ run, n, from, to: Date.now() })
    }
  }
  const pressing = Promise.all(KEYS.map(press))
  const begun = async () => (await p.effects()).filter(({ step }) => step === 'begin').length
  for (const nth of [0, 1]) {
    const before = await begun()
    await until('some have begun', async () => (await begun()) >= before + 3, LONG)
    workers[nth]?.kill('SIGKILL')
    workers[nth] = await p.spawn()
  }
  on = false
  await pressing
  const live = () => p.db.query('select from millrace.live')
  await until('all are through', async () => (await live()).length === 0, LONG)
  const runs = await allRuns(p)
  expect(runs.filter(({ status }) => status !== 'completed')).toEqual([])
  expect(await p.repeats()).toEqual([])
  return { starts, runs }
}

/** The oldest first. */
async function allRuns({ client }: Processes): Promise<WorkflowRun[]> {
  const all: WorkflowRun[] = []
  for (let startingAfter: string | null = null; ; ) {
    const page: Page<WorkflowRun> = await client.getRuns({ limit: 100, startingAfter })
    all.unshift(...page.items.reverse())
    startingAfter = page.nextCursor
    if (startingAfter === null) return all
  }
}

const of = (runs: readonly WorkflowRun[], key: string) =>
  runs.filter(({ input }) => (input as { customer: string }).customer === key)

test('a throttle lets one start a period through, and all of these run, through kill -9', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const { starts, runs } = await pressAndKill(p, throttled, 100)
  for (const key of KEYS) {
    const made = of(runs, key)
    const mine = starts.get(key) as Start[]
    expect(made.length).toBeGreaterThan(3)
    expect(mine.length).toBeGreaterThan(made.length)
    const gaps = made.slice(1).map((run, i) => +run.createdAt - +(made[i] as WorkflowRun).createdAt)
    expect(gaps.filter((ms) => ms < 500)).toEqual([])
    // what was dropped was so within a period, and is told the run that was let through
    const wrong = mine.filter(
      ({ run, from }) =>
        run.existing && (from > +run.createdAt + 500 || !made.some(({ id }) => id === run.id)),
    )
    expect(wrong.map(({ n }) => n)).toEqual([])
    expect(mine.filter(({ run }) => !run.existing).map(({ run }) => run.id)).toEqual(
      made.map(({ id }) => id),
    )
  }
})

test('a debounce gives a run the last of its starts, and loses none of the runs, through kill -9', {
  timeout: 120_000,
}, async () => {
  await using p = await startProcesses()
  const { starts, runs } = await pressAndKill(p, debounced, 50)
  const first = await p.db.query<{ run: string; at: Date }>(
    `select run, min(at) as at from effects where step = 'begin' group by run`,
  )
  for (const key of KEYS) {
    const made = of(runs, key)
    const mine = starts.get(key) as Start[]
    expect(mine.length).toBeGreaterThan(made.length)
    expect(new Set(mine.map(({ run }) => run.id))).toEqual(new Set(made.map(({ id }) => id)))
    for (const run of made) {
      const its = mine.filter((start) => start.run.id === run.id)
      const last = its.at(-1) as Start
      expect(run.output).toMatchObject({ customer: key, n: last.n })
      // it begins when its key was quiet for 200 ms, or a second after its first start
      const at = first.find((one) => one.run === run.id)?.at as Date
      expect(+at).toBeGreaterThanOrEqual(Math.min(last.from + 200, (its[0] as Start).from + 1000))
    }
  }
})

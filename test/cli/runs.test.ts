import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { showRuns } from '../../src/cli/show/run-view.ts'
import { WorkflowEngine, workflow } from '../../src/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { millrace, millraceJson } from './here.ts'
import { fakeOutput } from './output.ts'

const listed = ['runs', 'list', '--workflow', 'sized']
type Run = { id: string; status: string; output: unknown; retriedFrom: string | null }
type Entry = { stepId: string; status: string; by: string | null; childId: string | null }
type Shown = Run & { timeline: Entry[] }

const order = workflow(
  'order',
  async ({ step, input }) => {
    const { amount = 1 } = (input ?? {}) as { amount?: number }
    await step.run('reserve', () => ({ hold: `h_${amount}` }))
    const answer = await step.waitFor('approval', { eventName: 'approved' })
    await step.run('charge', () => {
      if (amount > 100) throw new RangeError(`too much: \u001b[31m${amount}`)
    })
    return { amount, answer }
  },
  { retries: 0 },
)
const quick = workflow('quick', async ({ input }) => input)
const kid = workflow(
  'kid',
  async ({ input }) => {
    if (input === 'fall') throw new Error('kid fell')
    return input
  },
  { retries: 0 },
)
const mother = workflow(
  'mother',
  async ({ step, input }) => step.invoke('child', kid, input as string),
  { retries: 0 },
)
const stops = workflow('stops', async ({ step }) => step.pause('look at it'))
const busy = workflow('busy', async ({ step }) => {
  await step.run(
    'work',
    ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', resolve)
      }),
  )
})

const sized = workflow(
  'sized',
  async ({ step, input }) => step.continueAsNewSuggested().then(() => input),
  {
    attributes: { size: { path: 'size', type: 'number' } },
  },
)
const hops = workflow('hops', async ({ step, input }) =>
  input === 'first' ? step.continueAsNew('second') : 'there',
)
const saga = workflow('saga', async ({ step }) => {
  await step.run('reserve', () => ({ hold: 'h' }), {
    undo: () => Promise.reject(new Error('the stock is away')),
    undoRetry: { maxAttempts: 1 },
  })
  await step.waitFor('payment', { eventName: 'paid' })
})

const unused = workflow('unused', async () => {})

const workflows = [order, quick, kid, mother, stops, busy, sized, hops, saga, unused]

let db: TestDatabase
let engine: WorkflowEngine

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  engine = new WorkflowEngine({ connectionString: db.url, workflows })
  await engine.start({ drainTimeout: '100 ms' })
})
afterAll(async () => {
  await engine.stop()
  await db.drop()
})

const cli = (...args: string[]) => millrace(args, { url: db.url })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url })

/** A run of "order" that waits for its approval. */
async function waitingRun(input: object = {}, resourceId = 'any'): Promise<string> {
  const run = await engine.startWorkflow(order, input, { resourceId })
  await run.waitForStatus('waiting')
  return run.id
}

describe.concurrent('start', () => {
  test('tells the run, and how to follow it', async () => {
    const { code, stdout } = await cli('start', 'quick', '{"a": 1}')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /✓ started quick v1\n {2}run {3}[-0-9a-f]{36}\n {2}wait {2}millrace runs /,
    )
  })

  test('takes all options of a start', async () => {
    const id = 'a1b2c3d4-0000-4000-9000-00000000000a'
    const options = ['--key', 'k1', '--resource', 'r1', '--tag', 'eu', '--tag', 'vip']
    const more = ['--queue', 'later', '--priority', '5', '--delay', '1h', '--run-id', id]
    const args = ['start', 'quick', '[1]', '--version', '1', ...options, ...more]
    expect(await json<Run>(...args)).toMatchObject({
      id,
      workflowId: 'quick',
      status: 'pending',
      idempotencyKey: 'k1',
      resourceId: 'r1',
      tags: ['eu', 'vip'],
      queue: 'later',
      priority: 5,
      input: [1],
    })
    const again = await cli('start', 'quick', '[2]', '--key', 'k1')
    expect(again.code).toBe(4)
    expect(again.stderr).toContain('error MR010:')
  })

  test('tells of a run that is there already, and its status', async () => {
    const start = ['start', 'quick', '{"b": 1}', '--key', 'twice']
    expect((await cli(...start, '--wait', '20 s')).code).toBe(0)
    const { stdout } = await cli(...start)
    expect(stdout).toMatch(/^✓ already there: quick v1 {2}✓ completed\n {2}run +[-0-9a-f]{36}\n/)
    expect(await json(...start)).toMatchObject({ status: 'completed', existing: true })
    const waited = await cli(...start, '--wait')
    expect(JSON.parse(waited.stdout)).toEqual({ b: 1 })
    expect(waited.stderr).toMatch(/^Run [-0-9a-f]{36} was there already, and is completed\.\n$/)
    const found = await engine.startWorkflow(quick, { b: 1 }, { idempotencyKey: 'twice' })
    expect([found.existing, JSON.stringify(found).includes('existing')]).toEqual([true, false])
    const made = await engine.startWorkflow(quick, { b: 1 })
    expect([made.existing, (await made.refresh()).existing]).toEqual([false, false])
  })

  test('of a delayed run tells when it begins, and so do list and show', async () => {
    const options = ['--delay', '1h', '--resource', 'later']
    expect((await cli('start', 'quick', ...options)).stdout).toMatch(/\n {2}begins {2}.* in 1 h\n/)
    const { stdout } = await cli('runs', 'list', '--resource', 'later')
    expect(stdout).toMatch(/ ○ pending .* starts in (1 h|59 min)\n$/)
    const [id = ''] = (await cli('runs', 'list', '--resource', 'later', '--quiet')).stdout.split(
      '\n',
    )
    const shown = await cli('runs', 'show', id)
    expect(shown.stdout).toMatch(/\n {2}begins {3}.* in (1 h|59 min)\n/)
    expect(shown.stdout).toMatch(/\nNothing has happened yet: it starts in (1 h|59 min)\.\n$/)
    const forwarded = await cli('runs', 'fast-forward', id)
    expect(forwarded.stdout).toContain(`✓ fast-forwarded ${id}`)
  })

  test('--wait prints the output; the input may come on stdin', async () => {
    const args = ['start', 'quick', '-', '--wait', '20 s']
    const { code, stdout } = await millrace(args, { url: db.url, input: '{"from": "stdin"}' })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ from: 'stdin' })
  })

  test('--quiet prints the id alone', async () => {
    const { stdout, stderr } = await cli('start', 'quick', '--quiet')
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^[-0-9a-f]{36}\n$/), ''])
  })

  test('of a mistyped workflow or version suggests what there is', async () => {
    const [name, version] = await Promise.all([
      cli('start', 'ordr'),
      cli('start', 'quick', '--version', '7'),
    ])
    expect([name.code, version.code]).toEqual([3, 3])
    expect(name.stderr).toContain('Workflow "ordr" is not registered. Did you mean "order"?\n')
    expect(version.stderr).toContain(
      'Workflow "quick" in version "7" is not registered. It is registered in version "1".\n',
    )
  })

  test('with a run id that is none: exit code 2', async () => {
    const { code, stderr } = await cli('start', 'quick', '--run-id', '7')
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error MR001: runId "7" is not a UUID/),
    ])
  })

  test('of an unknown workflow: exit code 3', async () => {
    const { code, stderr } = await cli('start', 'nonsense')
    expect(code).toBe(3)
    expect(stderr).toMatch(
      /^error MR040: Workflow "nonsense" is not registered.*\nhttps:.*MR040\n$/,
    )
  })
})

describe.concurrent('see', () => {
  test('list filters, and goes on after the last one', async () => {
    const [first, second] = [await waitingRun({}, 'listed'), await waitingRun({}, 'listed')]
    const about = ['--workflow', 'order', '--resource', 'listed', '--since', '1h']
    const filter = ['runs', 'list', '--status', 'waiting', ...about]
    const page = await json<{ items: Run[]; nextCursor: string }>(...filter, '--limit', '1')
    expect(page.items.map(({ id }) => id)).toEqual([second])
    const { stdout } = await cli(...filter, '--after', page.nextCursor, '--quiet')
    expect(stdout).toBe(`${first}\n`)
    const table = await cli(...filter, '--limit', '1')
    expect(table.stdout).toMatch(
      /^RUN +WORKFLOW +STATUS +STARTED +NOTE\n.* order v1 +◌ waiting .* for "approved" at .*\n$/,
    )
    expect(table.stderr).toBe(`There are more: add --after ${second}\n`)
    expect((await cli(...filter, '--tag', 'nowhere')).stdout).toBe('')
  })

  test('list by attributes, in their order', async () => {
    const inputs = [7, 20, 9, 100].map((size) => ({ input: { size } }))
    const [seven, twenty, nine] = await engine.startWorkflows(sized, inputs)
    const list = (...args: string[]) =>
      cli('runs', 'list', '--workflow', 'sized', '--quiet', ...args)
    const part = ['--where', 'attribute.size<100', '--order-by', 'size']
    expect((await list(...part)).stdout).toBe(`${seven?.id}\n${nine?.id}\n${twenty?.id}\n`)
    const page = await list(...part, '--descending', '--limit', '2')
    expect(page.stdout).toBe(`${twenty?.id}\n${nine?.id}\n`)
    const after = /--after (\S+)/.exec(
      (await cli(...[...listed, ...part, '--limit', '2'])).stderr,
    )?.[1] as string
    expect((await list(...part, '--after', after)).stdout).toBe(`${twenty?.id}\n`)
    const odd = await list('--where', 'attribute.weight=1')
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining('size (number)') })
    expect((await cli('runs', 'show', nine?.id as string)).stdout).toMatch(/attributes +size=9/)
  })

  test('show tells of runs that continue each other', async () => {
    const run = await engine.startWorkflow(hops, 'first')
    await run.result({ timeout: 20_000 })
    const last = (await run.refresh()).continuedAs as string
    const first = await cli('runs', 'show', run.id)
    expect(first.stdout).toMatch(new RegExp(`went on as +${last}`))
    expect(first.stdout).toContain(`continued as run ${last}`)
    expect((await cli('runs', 'show', last)).stdout).toMatch(new RegExp(`goes on for +${run.id}`))
    expect((await cli('runs', 'wait', run.id)).stdout).toContain('there')
  })

  test('show and timeline tell what happened, without what a terminal would obey', async () => {
    const id = await waitingRun({ amount: 500 })
    await engine.triggerEvent({ runId: id, eventName: 'approved', data: { by: 'ada' } })
    const waited = await cli('runs', 'wait', id)
    expect(waited.code).toBe(1)
    expect(waited.stderr).toContain('error MR052:')
    const shown = await cli('runs', 'show', id, '--stacks')
    expect(shown.stdout).toMatch(/^order v1 {2}✗ failed\n\n {2}run +[-0-9a-f]{36}\n/)
    expect(shown.stdout).toContain('RangeError: too much: [31m500')
    expect(shown.stdout).toMatch(/^ {10}at .*runs\.test\.ts:\d+:\d+/m)
    const timeline = await cli('runs', 'timeline', id)
    expect(timeline.stdout).toMatch(/ reserve +step +✓ completed +\{"hold":"h_500"\}\n/)
    expect(timeline.stdout).not.toContain('runs.test.ts')
    const { status, timeline: entries } = await json<Shown>('runs', 'show', id)
    expect(status).toBe('failed')
    expect(entries.map(({ stepId }) => stepId)).toEqual(['reserve', 'approval', 'charge'])
  })

  test('show tells what a run waits for, and how to send it', async () => {
    const id = await waitingRun()
    const { stdout, stderr } = await cli('runs', 'show', id)
    expect(stdout).toContain('\n  waits at  approval for signal "approved"\n')
    expect(stderr).toBe(
      `\nTo send what it waits for:\n  millrace runs signal ${id} approved '{}'\n`,
    )
    expect((await cli('runs', 'show', id, '--quiet')).stderr).toBe('')
  })

  test('a cancelled run is undone; one that cannot be is shown as that, and can be terminated', async () => {
    const run = await engine.startWorkflow(saga)
    await run.waitForStatus('waiting')
    const { stdout } = await cli('runs', 'cancel', run.id, '--by', 'ada', '--reason', 'no need')
    expect(stdout).toMatch(
      /^✓ cancelled when its steps are undone: [-0-9a-f]{36} {2}saga v1 {2}● running\n$/,
    )
    await run.waitForStatus('paused')
    const shown = await cli('runs', 'show', run.id)
    expect(shown.stdout).toMatch(/^saga v1 {2}‖ paused {2}its steps are undone\n/)
    expect(shown.stdout).toMatch(/\n +paused +a step could not be undone\n/)
    expect(shown.stdout).toMatch(/\n +MR056 at step "reserve"\n/)
    const { stdout: timeline } = await cli('runs', 'timeline', run.id)
    expect(timeline).toMatch(/ \(the run\) +undo +● begun +by ada: no need\n/)
    expect(timeline).toMatch(/ reserve +undo +✗ failed +1 +Error: the stock is away\n/)
    const ended = await cli('runs', 'terminate', run.id, '--reason', 'by hand')
    expect(ended.stdout).toMatch(/^✓ terminated .* ⊘ cancelled\n$/)
    const { timeline: entries, status } = await json<Shown>('runs', 'show', run.id)
    expect([status, entries.at(-1)?.status]).toEqual(['cancelled', 'cancelled'])
  })

  test('show tells at which step a run failed, and of a child how it ended', async () => {
    const run = await engine.startWorkflow(mother, 'fall')
    const waited = await cli('runs', 'wait', run.id)
    expect([waited.code, waited.stderr]).toEqual([1, expect.stringContaining('at step "child"')])
    const [child] = await run.children()
    const { stdout } = await cli('runs', 'show', run.id)
    expect(stdout).toMatch(/\n +MR051 at step "child"\n/)
    expect(stdout).toMatch(new RegExp(` child +child +● begun +run ${child?.id}\n`))
    expect(stdout).toMatch(/ child +child +✗ failed +Error: kid fell\n$/)
    const { timeline } = await json<Shown>('runs', 'show', run.id)
    expect(timeline.map(({ childId }) => childId)).toEqual([child?.id, child?.id])
    const fell = await cli('runs', 'show', child?.id ?? '')
    expect(fell.stdout).toMatch(/\nNo step was recorded\.\n$/)
    const fine = await engine.startWorkflow(mother, 'stand')
    await fine.result({ timeout: '20 s' })
    expect((await cli('runs', 'timeline', fine.id)).stdout).toMatch(/✓ completed +"stand"\n$/)
  })

  test('on a narrow terminal list keeps ids, statuses and notes', async () => {
    const run = await engine.startWorkflow(mother, 'fall')
    await run.waitForStatus('failed')
    const runs = [await run.refresh(), ...(await run.children())]
    const wide = showRuns(runs, fakeOutput(140)).split('\n')
    expect(wide[0]).toMatch(/^RUN +WORKFLOW +STATUS +STARTED +TOOK +NOTE$/)
    const narrow = showRuns(runs, fakeOutput(80)).split('\n')
    expect(narrow.filter((line) => line.length > 80)).toEqual([])
    expect(narrow.join('\n')).toMatch(
      /✗ failed .*\n {4}Child "kid" \(run [-0-9a-f]{36}\).*fell\.\n/s,
    )
    expect(narrow.at(-1)).toBe('    kid fell')
    const least = showRuns(runs, fakeOutput(61)).split('\n')
    expect(least[0]).toMatch(/^RUN +WORKFLOW +STATUS$/)
  })

  test('wait ends after its time with exit code 1', async () => {
    const { code, stderr } = await cli('runs', 'wait', await waitingRun(), '--timeout', '50 ms')
    expect(code).toBe(1)
    expect(stderr).toContain('error MR054:')
  })

  test('a run that is not there: exit code 3; an id that is none: 2', async () => {
    const absent = await cli('runs', 'show', '00000000-0000-4000-8000-000000000000')
    expect([absent.code, absent.stderr.slice(0, 12)]).toEqual([3, 'error MR041:'])
    const bad = await cli('runs', 'show', 'nonsense')
    expect([bad.code, bad.stderr.slice(0, 12)]).toEqual([2, 'error MR001:'])
    expect(bad.stderr).not.toMatch(/^ +at /m)
  })

  test('workflows and workers', async () => {
    type Workflow = { id: string; version: string; workers: number }
    const workflows = await json<Workflow[]>('workflows', 'list')
    expect(workflows.map(({ id, version, workers }) => [id, version, workers])).toEqual([
      ...[
        'busy',
        'hops',
        'kid',
        'mother',
        'order',
        'quick',
        'saga',
        'sized',
        'stops',
        'unused',
      ].map((id) => [id, '1', 1]),
    ])
    expect((await cli('workflows')).stdout).toMatch(
      /^WORKFLOW +VERSION +KIND .*\nbusy +1 +function/,
    )
    const workers = await json<{ pid: number; alive: boolean; queues: null }[]>('workers')
    expect(workers).toMatchObject([{ pid: process.pid, alive: true, queues: null }])
    expect((await cli('workers')).stdout).toMatch(/● alive .* all +.*order v1, quick v1.*\n/)
  })
})

describe.concurrent('steer', () => {
  test('a signal is sent once under one id', async () => {
    const id = await waitingRun()
    const send = ['runs', 'signal', id, 'approved', '{"by": "ada"}', '--dedupe', 'mail-1']
    expect((await cli(...send)).stdout).toContain(`sent "approved" to ${id}`)
    const { code, stdout } = await cli('runs', 'wait', id)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ amount: 1, answer: { by: 'ada' } })
    expect((await cli('runs', 'signal', id, 'approved')).code).toBe(4)
  })

  test('a signal that the run does not wait for is kept, and told', async () => {
    const id = await waitingRun()
    const { code, stdout, stderr } = await cli('runs', 'signal', id, 'aproved')
    expect([code, stdout]).toEqual([0, expect.stringContaining('✓ sent "aproved" to')])
    expect(stderr).toBe(
      'The run waits for "approved"; this message is kept until it waits for "aproved".\n',
    )
    expect((await cli('runs', 'signal', id, 'approved')).stderr).toBe('')
  })

  test('pause and resume note who and why', async () => {
    const id = await waitingRun()
    const args = ['runs', 'pause', id, '--reason', 'look first', '--by', 'grace']
    expect(await json<Run>(...args)).toMatchObject({ id, status: 'paused' })
    expect((await cli('runs', 'resume', id, '--by', 'ada')).stdout).toContain(`✓ resumed ${id}`)
    const { timeline } = await json<Shown>('runs', 'show', id)
    expect(timeline.map(({ by }) => by).filter(Boolean)).toEqual(['grace', 'ada'])
    const shown = await cli('runs', 'timeline', id)
    expect(shown.stdout).toMatch(/\(the run\) +control +‖ paused +by grace: look first\n/)
    const again = await cli('runs', 'resume', id)
    expect([again.code, again.stderr.slice(0, 12)]).toEqual([4, 'error MR011:'])
  })

  test('a run that is at work is paused later; one that stopped itself says where', async () => {
    const work = await engine.startWorkflow(busy, null)
    await until('it runs', async () => (await work.refresh()).status === 'running')
    const asked = await cli('runs', 'pause', work.id)
    expect(asked.stdout).toContain('to be paused after the running step: ')
    await work.cancel()
    const stopped = await engine.startWorkflow(stops, null)
    await stopped.waitForStatus('paused')
    const { stdout, stderr } = await cli('runs', 'show', stopped.id)
    expect(stdout).toContain('\n  paused   by step.pause at look at it\n')
    expect(stderr).toContain(`millrace runs resume ${stopped.id}`)
    const late = await cli('runs', 'wait', stopped.id, '--timeout', '50 ms')
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('it is paused (step)')])
    expect((await cli('runs', 'fast-forward', stopped.id)).stdout).toContain('✓ fast-forwarded')
  })

  test('cancel, and the wait for it', async () => {
    const id = await waitingRun()
    expect((await json<Run>('runs', 'cancel', id, '--reason', 'wrong')).status).toBe('cancelled')
    const { code, stderr } = await cli('runs', 'wait', id)
    expect([code, stderr.slice(0, 12)]).toEqual([1, 'error MR053:'])
  })

  test('fast-forward ends a wait, retry makes a new run', async () => {
    const id = await waitingRun({ amount: 101 })
    expect((await cli('runs', 'fast-forward', id, '{"by": "hand"}')).code).toBe(0)
    await until('it fails', async () => (await engine.getRun({ runId: id })).status === 'failed')
    const ended = await cli('runs', 'fast-forward', id)
    expect([ended.code, ended.stdout]).toEqual([4, ''])
    expect(ended.stderr).toContain(
      `error MR011: Run ${id} is failed: it waits for nothing any more.`,
    )
    const retried = await json<Run>('runs', 'retry', id)
    expect(retried).toMatchObject({ retriedFrom: id })
    expect(retried.id).not.toBe(id)
  })

  test('fork goes on from a step, with another output', async () => {
    const run = await engine.startWorkflow(order, { amount: 5 })
    await run.signal('approved', { by: 'ada' })
    await run.result({ timeout: 20_000 })
    const output = '{"hold":"by hand"}'
    const forked = await cli('runs', 'fork', run.id, '--from-step', 'reserve', '--output', output)
    expect(forked.stdout).toContain('✓ forked as ')
    const id = /forked as (\S+)/.exec(forked.stdout)?.[1] as string
    const fork = await engine.getRun({ runId: id })
    expect(fork).toMatchObject({ forkedFrom: run.id, forkedAt: 'reserve' })
    const wrong = await cli('runs', 'fork', run.id, '--from-step', 'nope')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('It came to: "reserve"')
    await fork.cancel()
  })

  test('--where steers many: dry run, wait, and what is refused', async () => {
    const runs = await engine.startWorkflows(
      order,
      [1, 2, 3].map((amount) => ({ input: { amount }, options: { tags: ['many'] } })),
    )
    for (const run of runs) await run.waitForStatus('waiting', { timeout: 20_000 })
    const where = ['--where', 'workflow=order', '--where', 'tag=many']
    const dry = await cli('runs', 'cancel', ...where, '--dry-run')
    expect(dry.stdout).toContain('3 runs match. cancel would be refused for those that have ended.')
    expect((await runs[0]?.refresh())?.status).toBe('waiting')
    const done = await cli('runs', 'cancel', ...where, '--wait', '--by', 'ada')
    expect(done.stdout).toContain('✓ cancel completed  3 of 3 runs done')
    expect((await runs[2]?.refresh())?.status).toBe('cancelled')
    const id = /operation (\d+)/.exec(done.stdout)?.[1] as string
    expect((await cli('bulk', 'show', id)).stdout).toContain('3 of 3 runs done')
    for (const [args, message] of [
      [['runs', 'cancel'], 'Give the id of a run'],
      [['runs', 'cancel', runs[0]?.id as string, ...where], 'not both'],
      [['runs', 'cancel', '--where', 'colour=red'], '--where "colour=red"'],
      [['runs', 'cancel', '--where', 'status=lost'], '"lost" is none of'],
      [['runs', 'cancel', '--where', 'workflow=none'], 'matches no run'],
      [['runs', 'cancel', runs[0]?.id as string, '--dry-run'], 'go with --where'],
    ] as const) {
      const { code, stderr } = await cli(...args)
      expect(code).toBe(2)
      expect(stderr).toContain(message)
    }
  })

  test('failures are listed by their cause until they are discarded', async () => {
    const run = await engine.startWorkflow(order, { amount: 777 })
    await run.signal('approved')
    await run.result({ timeout: 20_000 }).catch(() => {})
    const list = await cli('failures', 'list', '--where', `id=${run.id}`)
    expect(list.stdout).toContain('too much')
    const [group] = (await engine.getFailures({ runIds: [run.id] })).items
    const where = ['--where', `fingerprint=${group?.fingerprint}`, '--where', `id=${run.id}`]
    const reason = ['--reason', 'known']
    expect((await cli('runs', 'discard', ...where, '--wait', ...reason)).stdout).toContain('1 of 1')
    expect((await cli('failures', '--where', `id=${run.id}`)).stderr).toContain('No failure')
  })

  test('versions tells what is still needed', async () => {
    const { stdout } = await cli('versions', 'unused')
    expect(stdout).toContain('unused')
    expect(stdout).toContain('nothing needs it')
    expect((await cli('versions', 'none')).stderr).toContain('No such version')
  })

  test('fast-forward of a run that waits for nothing says so', async () => {
    const run = await engine.startWorkflow(busy, null)
    await until('it runs', async () => (await run.refresh()).status === 'running')
    const { code, stdout, stderr } = await cli('runs', 'fast-forward', run.id)
    expect([code, stderr]).toEqual([0, 'It waits for nothing now.\n'])
    expect(stdout).toBe(`– nothing to end: ${run.id}  busy v1  ● running\n`)
    await run.cancel()
    const id = await waitingRun()
    await engine.pauseWorkflow({ runId: id })
    expect((await cli('runs', 'fast-forward', id)).stderr).toBe('It is paused: resume it first.\n')
  })
})

test('another tenant and another schema are told by what is not there', async () => {
  const tenant = await cli('runs', 'list', '--tenant', 'acme')
  expect([tenant.code, tenant.stderr.slice(0, 12)]).toEqual([5, 'error MR042:'])
  const env = { MILLRACE_SCHEMA: 'elsewhere' }
  const schema = await millrace(['runs', 'list'], { url: db.url, env })
  expect([schema.code, schema.stderr.slice(0, 12)]).toEqual([6, 'error MR091:'])
})

import { describe, expect, test } from 'vitest'
import { openKernel, type Route, row, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
type Run = { id: string; status: string; version: string }
const fork = (run: string, options: object) => kernel.call<Run>('fork_workflow', uuid(run), options)

/** A run that did all this one after the other, and goes on. */
async function ran(rows: ReturnType<typeof row>[], meta?: Record<string, unknown>) {
  const route = await kernel.route()
  const run = await kernel.start(route, { input: { n: 1 }, ...(meta && { meta }) })
  const { worker, task } = await kernel.lease(route)
  await worker.keep(task, rows)
  return { route, run, worker, task: { ...task, journal: rows } }
}

/** What the fork's first owner gets. */
async function replayed(route: Route, made: Run) {
  const tasks = await (await kernel.worker()).claim(route)
  return tasks.find(({ run }) => uuid(run) === made.id)
}

test('has what came before the step, and runs the step anew', async () => {
  const { route, run } = await ran(
    [row('r', 'a', 1), row('h', '', {}), row('e', 'b', {}), row('r', 'b', 2), row('r', 'c', 3)],
    { resource: 'res', tags: ['t'], key: 'k', timeout_ms: 60_000 },
  )
  const made = await fork(run, { from_step: 'b', by: 'ada' })
  expect(made).toMatchObject({
    status: 'running',
    workflow_id: route.name,
    version: '1',
    forked_from: uuid(run),
    forked_at: 'b',
    retried_from: null,
    input: { n: 1 },
    resource_id: 'res',
    tags: ['t'],
    idempotency_key: null,
  })
  expect((await replayed(route, made))?.journal).toEqual([row('r', 'a', 1)])
  expect(await kernel.run(run)).toMatchObject({ status: 'running', forked_from: null })
  expect(await kernel.journal(run)).toHaveLength(5)
})

test('the first step has nothing before it, and the input may be another', async () => {
  const { route, run } = await ran([row('r', 'a', 1)])
  const made = await fork(run, { from_step: 'a', input: { n: 2 } })
  expect(made).toMatchObject({ status: 'pending', input: { n: 2 } })
  expect(await replayed(route, made)).toMatchObject({ journal: [], input: '{"n": 2}' })
})

test('the history of a run that has ended is in its outcome', async () => {
  const { route, run, worker, task } = await ran([row('r', 'a', 1)])
  const tail = [row('r', 'b', 2), row('r', 'c', 3)]
  await worker.advance(task, { op: 'c', output: '3', tail })
  const made = await fork(run, { from_step: 'c' })
  expect((await replayed(route, made))?.journal).toEqual([row('r', 'a', 1), row('r', 'b', 2)])
})

test('from a skipped step: what was skipped before stays so, and that step is looked at anew', async () => {
  const skipped = (name: string) => row('k', name, { reason: 'dependency_skipped' })
  const failed = row('k', 's', { reason: 'handler_failed', failure: { message: 'no' } })
  const before = [row('r', 'a', 1), skipped('b')]
  const { route, run } = await ran([...before, row('e', 's', {}), failed, skipped('z')])
  const made = await fork(run, { from_step: 's' })
  expect((await replayed(route, made))?.journal).toEqual(before)
  const given = await fork(run, { from_step: 'z', output: 2 })
  const journal = [...before, row('e', 's', {}), failed, row('r', 'z', 2)]
  expect((await replayed(route, given))?.journal).toEqual(journal)
  await refusal(fork(run, { from_step: 'none' }), 'MR001', 'did not come to a step "none"')
})

test('a step that was skipped beside another is no hindrance, one that ran beside it is', async () => {
  const skipped = row('k', 'b', { reason: 'condition_unmet' })
  const beside = (begun: number) => ({ ...row('r', 'c', 3), begun })
  const free = await ran([row('r', 'a', 1), skipped, { ...row('r', 'd', 4), begun: 1 }])
  expect(await fork(free.run, { from_step: 'd' })).toMatchObject({ forked_at: 'd' })
  const held = await ran([row('r', 'a', 1), skipped, beside(1)])
  await refusal(fork(held.run, { from_step: 'b' }), 'MR001', '"b" ran beside "c"')
})

describe('with an output the step does not run', () => {
  test.each([
    ['a step', [row('r', 's', 1)], [row('r', 's', { x: 2 })]],
    ['a step that failed', [row('e', 's', {}), row('f', 's', {})], [row('r', 's', { x: 2 })]],
    ['a wait', [row('g', 's', 1)], [row('g', 's', { x: 2 })]],
    ['a wait that nobody answered', [row('o', 's')], [row('g', 's', { x: 2 })]],
    [
      'a child',
      [row('c', 's', { run: '5', id: 'u' }), row('g', 's', { status: 'f' })],
      [row('c', 's', { run: '5', id: 'u' }), row('g', 's', { status: 'c', output: { x: 2 } })],
    ],
  ])('%s', async (_what, old, expected) => {
    const { route, run } = await ran([row('r', 'a', 1), ...old, row('r', 'z', 1)])
    const made = await fork(run, { from_step: 's', output: { x: 2 } })
    const journal = (await replayed(route, made))?.journal.map(({ data, ...rest }) => ({
      ...rest,
      data: data === null ? null : JSON.stringify(JSON.parse(data)),
    }))
    expect(journal).toEqual([row('r', 'a', 1), ...expected])
  })

  test('null is one', async () => {
    const { route, run } = await ran([row('r', 's', 1)])
    const made = await fork(run, { from_step: 's', output: null })
    expect((await replayed(route, made))?.journal).toEqual([row('r', 's', null)])
  })

  test('a timer, a map and a child that nobody waits for have none', async () => {
    const { run } = await ran([
      row('t', 'nap'),
      row('r', 'm[0]', 1),
      row('c', 'kid', { run: '5', id: 'u', detached: true }),
    ])
    for (const [step, what] of [
      ['nap', 'a timer'],
      ['m', 'a map'],
      ['kid', 'a start of a child'],
    ])
      await refusal(fork(run, { from_step: step, output: 1 }), 'MR001', `"${step}" is ${what}`)
  })
})

test('on another version of the workflow', async () => {
  const { route, run } = await ran([row('r', 'a', 1), row('r', 'b', 1)])
  await kernel.call('register_workflow', 1, route.name, '2', {})
  expect(await fork(run, { from_step: 'b', version: '2' })).toMatchObject({ version: '2' })
  await refusal(fork(run, { from_step: 'b', version: '9' }), 'MR040', 'version "9"')
})

describe('a step that ran beside others', () => {
  const beside = [
    { ...row('r', 'a', 1), begun: 0 },
    { ...row('r', 'left', 1), begun: 1 },
    { ...row('r', 'right', 1), begun: 1 },
    { ...row('r', 'z', 1), begun: 3 },
  ]

  test('has no place of its own, the ones before and after it have', async () => {
    const { route, run } = await ran(beside)
    for (const [step, other] of [
      ['left', 'right'],
      ['right', 'left'],
    ]) {
      const details = await refusal(
        fork(run, { from_step: step }),
        'MR001',
        `"${step}" ran beside "${other}"`,
      )
      expect(details).toMatchObject({ from_step: step, beside: other })
    }
    const after = await fork(run, { from_step: 'z' })
    expect((await replayed(route, after))?.journal).toHaveLength(3)
    const before = await fork(run, { from_step: 'a' })
    expect((await replayed(route, before))?.journal).toEqual([])
  })

  test('is known as such in a fork of a fork', async () => {
    const { run } = await ran([
      row('h', '', {}),
      ...beside.map((one) => ({ ...one, begun: one.begun + 1 })),
    ])
    const made = await fork(run, { from_step: 'z' })
    const again = kernel.call('fork_workflow', made.id, { from_step: 'right' })
    await refusal(again, 'MR001', '"right" ran beside "left"')
  })

  test('is known as such where it ended with the run', async () => {
    const { run, worker, task } = await ran([row('r', 'a', 1)])
    const tail = [
      { ...row('r', 'left', 1), begun: 1 },
      { ...row('r', 'right', 2), begun: 1 },
    ]
    await worker.advance(task, { op: 'c', output: '2', tail })
    await refusal(fork(run, { from_step: 'right' }), 'MR001', '"right" ran beside "left"')
  })

  test('an item of a map is none, the whole map is one', async () => {
    const { route, run } = await ran([
      row('r', 'a', 1),
      { ...row('r', 'm[0]', 1), begun: 1 },
      { ...row('r', 'm[1]', 1), begun: 1 },
      row('r', 'z', 1),
    ])
    await refusal(fork(run, { from_step: 'm[1]' }), 'MR001', '"m[1]" is an item of a map')
    const made = await fork(run, { from_step: 'm' })
    expect((await replayed(route, made))?.journal).toEqual([row('r', 'a', 1)])
  })
})

test("a number that is another run's is refused, and that run stays as it is", async () => {
  const { run } = await ran([row('r', 'a', 1), row('r', 'b', 1)])
  const tenant = await kernel.makeTenant('second')
  const theirs = await kernel.start(await kernel.route({ tenant, name: 'theirs' }))
  const { run: mine } = await ran([])
  const before = [await kernel.live(theirs), await kernel.live(mine)]
  for (const new_run of [theirs, mine])
    await refusal(fork(run, { from_step: 'b', new_run }), 'MR010', 'another run')
  expect([await kernel.live(theirs), await kernel.live(mine)]).toEqual(before)
  expect([...(await kernel.journal(theirs)), ...(await kernel.journal(mine))]).toEqual([])
  for (const new_run of ['x', '-1', '99999999999999999'])
    await refusal(fork(run, { from_step: 'b', new_run }), 'MR001', new_run)
  const new_run = await kernel.call<string>('take_ids')
  const made = await fork(run, { from_step: 'b', new_run })
  expect(await fork(run, { from_step: 'b', new_run })).toMatchObject({ id: made.id })
  await refusal(fork(run, { from_step: 'a', new_run }), 'MR010', 'another run')
})

test('a child that ran beside others has no place', async () => {
  const kid = (name: string) => row('c', name, { run: '5', id: 'u' })
  const end = (name: string) => row('g', name, { status: 'c', output: 1 })
  const { run } = await ran([kid('one'), kid('two'), end('one'), end('two'), row('r', 'z', 1)])
  await refusal(fork(run, { from_step: 'one' }), 'MR001', '"one" ran beside "two"')
  const mixed = await ran([kid('one'), row('r', 'a', 1), end('one')])
  await refusal(fork(mixed.run, { from_step: 'one' }), 'MR001', '"one" ran beside "a"')
  const open = await ran([kid('one'), row('r', 'a', 1)])
  await refusal(fork(open.run, { from_step: 'one' }), 'MR001', '"one" ran beside "a"')
  const begun = await ran([kid('two'), { ...row('r', 'a', 1), begun: 0 }])
  await refusal(fork(begun.run, { from_step: 'a' }), 'MR001', '"a" ran beside "two"')
  const after = await ran([kid('one'), end('one'), kid('two'), end('two')])
  expect(await fork(after.run, { from_step: 'one' })).toMatchObject({ forked_at: 'one' })
})

test('what cannot be: no step, an unknown one, another resource, too much', async () => {
  const { run } = await ran([row('r', 'a', 1), row('r', 'b', 1)], { resource: 'mine' })
  await refusal(fork(run, {}), 'MR001', 'from_step is missing')
  const unknown = fork(run, { from_step: 'nope' })
  await expect(unknown).rejects.toMatchObject({ hint: 'It came to: "a", "b".' })
  await refusal(fork(run, { from_step: 'nope' }), 'MR001', '"nope"')
  await refusal(fork(run, { from_step: 'a', resource_id: 'other' }), 'MR041', uuid(run))
  await refusal(fork(run, { from_step: 'a', output: 'x'.repeat(1_100_000) }), 'MR002', 'output')
  await refusal(fork(run, { from_step: 'a', stepp: 1 }), 'MR001', 'stepp')
  await refusal(fork('1', { from_step: 'a' }), 'MR041', uuid('1'))
})

test('a child that it waits for there: its end is told to the fork too, while it lives nobody would', async () => {
  const kid = await kernel.route()
  const child = await kernel.start(kid)
  const { route, run } = await ran([
    row('c', 'kid', { run: child, id: uuid(child) }),
    row('r', 'a', 1),
  ])
  await refusal(fork(run, { from_step: 'a' }), 'MR011', 'child')
  const lease = await kernel.lease(kid)
  await lease.worker.complete(lease.task, 7)
  const made = await fork(run, { from_step: 'a' })
  const task = await replayed(route, made)
  expect(task?.journal).toHaveLength(1)
  const signals = await kernel.query('select name, data from millrace.signals where run_id = $1', [
    task?.run,
  ])
  expect(signals).toEqual([{ name: `$child:${child}`, data: '{"status":"c","output":7}' }])
})

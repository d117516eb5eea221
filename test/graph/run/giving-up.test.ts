// What runs beside something that decides: it is given up, whole, and holds nothing any more.
import { describe, expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep, workflow } from '../../../src/index.ts'
import { useEngine } from '../../support/engine.ts'
import { until } from '../../support/until.ts'

type Given = { name: string; fail?: boolean; value?: unknown }
const began: string[] = []
const aborted: string[] = []
const goOn = new Map<string, () => void>()

/** Hangs until it is aborted, or the test lets it go on. */
const hang = defineStep('hang', ({ name, value = name }: Given, { signal }) => {
  began.push(name)
  return new Promise((resolve, reject) => {
    goOn.set(name, () => resolve(value))
    signal.addEventListener('abort', () => {
      aborted.push(name)
      reject(signal.reason)
    })
  })
})
const note = defineStep('note', ({ name, fail, value = name }: Given) => {
  began.push(name)
  if (fail) throw new Error('no')
  return value
})

const statements = {
  // that it was tried is seen even if it is rolled back
  add: "insert into entries values ('added') returning nextval('tried')",
  hold: 'select * from held',
}
const engine = useEngine({}, { steps: [hang, note], statements })
const own = { $schema: 'https://millrace.dev/schema/graph.json' }
let names = 0
function graph(steps: object[], more: object = {}) {
  return defineGraph({ ...own, name: `up${++names}`, steps: steps as never, ...more })
}
const step = (id: string, handler: string, input: object, more: object = {}) => ({
  ...{ id, type: 'step', config: { step: handler, input: { name: id, ...input } } },
  ...{ retry: { max_attempts: 1 } },
  ...more,
})
const race = (id: string, branches: object, more: object = {}) => ({
  ...{ id, type: 'race', config: { branches } },
  ...more,
})
const signal = (id: string, name: string) => ({
  id,
  type: 'wait_for',
  config: { event_name: name },
})
const has = (name: string) => began.includes(name)

test('a loser does not hold the place of a handler: more losers than places, and the run goes on', async () => {
  const items = Array.from({ length: 120 }, (_, i) => i)
  const branches = {
    slow: [step('s', 'hang', { name: 'many {{ index }}' })],
    fast: [{ id: 'f', type: 'transform', config: { expression: '{{ index }}' } }],
  }
  const each = { id: 'each', type: 'map', config: { items, steps: [race('r', branches)] } }
  const run = await engine.start(
    graph([each, step('end', 'note', {}, { depends_on: ['each'] })]),
    {},
  )
  expect(await run.result({ timeout: 30_000 })).toEqual({ end: 'end' })
})

test('handlers that wait for a place when their branch is given up never begin', async () => {
  const items = Array.from({ length: 130 }, (_, i) => i)
  const slow = { id: 'all', type: 'map' }
  const branches = {
    slow: [
      { ...slow, config: { items, steps: [step('s', 'hang', { name: 'queued {{ index }}' })] } },
    ],
    fast: [signal('w', 'fast')],
  }
  const run = await engine.start(
    graph([race('r', branches), step('end', 'note', {}, { depends_on: ['r'] })]),
    {},
  )
  await until('a hundred run', () => has('queued 99'))
  await run.signal('fast', 1)
  expect(await run.result({ timeout: 30_000 })).toEqual({ end: 'end' })
  expect(began.filter((name) => name.startsWith('queued')).length).toBe(100)
  expect(aborted.filter((name) => name.startsWith('queued')).length).toBe(100)
})

describe('a race within a branch that is given up', () => {
  const inner = (name: string) =>
    race('inner', {
      one: [
        step('one', 'hang', { name: `${name} one` }),
        step('two', 'note', { name: `${name} two` }, { depends_on: ['one'] }),
      ],
      other: [signal('o', 'never')],
    })

  test('its handlers are aborted, and what they give is not recorded', async () => {
    const branches = { outer: [inner('abort')], fast: [signal('w', 'fast')] }
    const run = await engine.start(
      graph([race('r', branches), { ...signal('last', 'last'), depends_on: ['r'] }]),
      {},
    )
    await until('it runs', () => has('abort one'))
    await run.signal('fast', 1)
    await until('it is aborted', () => aborted.includes('abort one'))
    goOn.get('abort one')?.()
    await run.signal('last', 2)
    expect(await run.result()).toEqual({ last: 2 })
    expect(has('abort two')).toBe(false)
    const ids = (await run.timeline()).map(({ stepId }) => stepId)
    expect(ids).toContain('last')
    expect(ids).not.toContain('one')
  })

  test('and so is a node in a node that takes too long', async () => {
    const late = { ...race('r', { outer: [inner('late')], fast: [signal('w', 'fast')] }) }
    const node = { ...late, timeout: 0.1, on_error: { continue_with: 'late' } }
    const run = await engine.start(graph([node]), {})
    expect(await run.result()).toEqual({ r: 'late' })
    expect(has('late one')).toBe(true)
    await until('it is aborted', () => aborted.includes('late one'))
  })
})

test('children of a race within a branch that is given up are called off', async () => {
  const child = workflow('waits forever', ({ step: s }) => s.waitFor('never', { eventName: 'no' }))
  await engine.engine.registerWorkflow(child)
  const sub = (id: string) => ({
    ...{ id, type: 'sub_workflow', config: { workflow_id: 'waits forever' } },
  })
  const branches = {
    outer: [race('inner', { a: [sub('a')], b: [sub('b')] })],
    fast: [signal('w', 'fast')],
  }
  const run = await engine.start(
    graph([race('r', branches), { ...signal('last', 'last'), depends_on: ['r'] }]),
    {},
  )
  const children = async (status: string) =>
    (await engine.engine.getRuns({ workflowId: 'waits forever', statuses: [status as never] }))
      .items
  await until('both run', async () => (await children('waiting')).length === 2)
  await run.signal('fast', 1)
  await until('both are cancelled', async () => (await children('cancelled')).length === 2)
  for (const child of await children('cancelled')) {
    const [entry] = (await child.timeline()).slice(-1)
    expect(entry).toMatchObject({ reason: 'it lost the race "r" to "fast"' })
  }
  await run.signal('last', 2)
  expect(await run.result()).toEqual({ last: 2 })
})

test('a statement whose branch loses while it waits for its turn is not run', async () => {
  await engine.db.query(
    'create table entries (what text); create table held (what text); create sequence tried',
  )
  const holder = await engine.db.connect()
  await holder.query('begin; lock table held')
  const sql = (statement: string, depends_on: string[] = []) => ({
    ...{ id: statement, type: 'sql', depends_on, config: { statement } },
  })
  const branches = {
    slow: [sql('add')],
    fast: [step('f', 'hang', { name: 'beside add' })],
  }
  // what waits for the same step begins together, and of their transactions the first has the turn
  const run = await engine.start(
    graph([
      step('first', 'note', {}),
      sql('hold', ['first']),
      race('r', branches, { depends_on: ['first'] }),
      // a run that ends gives nobody a turn
      { ...signal('last', 'last'), depends_on: ['r', 'hold'] },
    ]),
    {},
  )
  const isAtWork = `select from pg_stat_activity where query = 'select * from held' and wait_event_type = 'Lock'`
  await until('it is at work', async () => (await engine.db.query(isAtWork)).length === 1)
  await until('so is the other branch', () => has('beside add'))
  goOn.get('beside add')?.()
  await new Promise(setImmediate)
  await holder.query('commit')
  await until('all are through', async () => (await run.refresh()).status === 'waiting')
  await run.signal('last', 2)
  expect(await run.result()).toEqual({ last: 2 })
  expect(await engine.db.query('select * from entries')).toEqual([])
  expect(await engine.db.value('select is_called from tried')).toBe(false)
})

describe('a block of which a part fails, and its node says what then', () => {
  test('a map: no further item begins, those at work are aborted', async () => {
    const items = Array.from({ length: 10 }, (_, i) => i)
    const each = {
      ...{ id: 'each', type: 'map', on_error: { continue_with: 'gone on' } },
      config: {
        ...{ items, concurrency: 3 },
        steps: [
          {
            ...{ id: 'c', type: 'condition' },
            config: { expression: '{{ index == 2 }}', true_branch: ['bad'], false_branch: ['ok'] },
          },
          step('bad', 'note', { name: 'bad', fail: true }, { depends_on: ['c'] }),
          step('ok', 'hang', { name: 'item {{ index }}' }, { depends_on: ['c'] }),
          step('then', 'note', { name: 'after {{ index }}' }, { depends_on: ['ok'] }),
        ],
      },
    }
    const run = await engine.start(
      graph([each, { ...signal('last', 'last'), depends_on: ['each'] }]),
      {},
    )
    await until('it has failed', () => has('bad'))
    await until('the others are aborted', () =>
      ['item 0', 'item 1'].every((name) => aborted.includes(name)),
    )
    await run.signal('last', '{{ steps.each.output }}')
    await run.result()
    const begun = began.filter((name) => /^(item|after) /.test(name))
    expect(begun.sort()).toEqual(['item 0', 'item 1'])
  })

  test('branches side by side: the children of the others are called off', async () => {
    const child = workflow('beside', ({ step: s }) => s.waitFor('never', { eventName: 'no' }))
    await engine.engine.registerWorkflow(child)
    const branches = {
      good: [{ id: 'sub', type: 'sub_workflow', config: { workflow_id: 'beside' } }],
      bad: [signal('w', 'fail'), step('b', 'note', { fail: true }, { depends_on: ['w'] })],
    }
    const both = { id: 'both', type: 'parallel', on_error: 'skip', config: { branches } }
    const run = await engine.start(graph([both, signal('last', 'last')]), {})
    const children = async (status: string) =>
      (await engine.engine.getRuns({ workflowId: 'beside', statuses: [status as never] })).items
    await until('it runs', async () => (await children('waiting')).length === 1)
    await run.signal('fail', 1)
    await until('it is cancelled', async () => (await children('cancelled')).length === 1)
    expect((await run.refresh()).completedAt).toBeNull()
    await run.signal('last', 2)
    expect(await run.result()).toEqual({ last: 2 })
  })

  test('a race of which all fail', async () => {
    const branches = {
      a: [step('a', 'note', { fail: true }), step('long', 'hang', { name: 'beside a' })],
      b: [step('b', 'note', { fail: true })],
    }
    const run = await engine.start(
      graph([
        race('r', branches, { on_error: { continue_with: 'none' } }),
        { ...signal('last', 'last'), depends_on: ['r'] },
      ]),
      {},
    )
    await until('it has begun', () => has('beside a'))
    await until('it is aborted', () => aborted.includes('beside a'))
    await run.signal('last', 2)
    expect(await run.result()).toEqual({ last: 2 })
    await expect((await engine.start(graph([race('r', branches)]), {})).result()).rejects.toThrow(
      /no/,
    )
  })
})

test('a node with a queue in a block is tried as the block says', async () => {
  let tries = 0
  const flaky = defineStep('twice', () => {
    if (++tries < 5) throw new Error('not yet')
    return tries
  })
  const other = await engine.another([], {}, { steps: [flaky] })
  const each = {
    ...{ id: 'each', type: 'map', retry: { max_attempts: 5, delay_seconds: 0.01 } },
    config: {
      items: [1],
      steps: [{ id: 'f', type: 'step', queue: 'far', config: { step: 'twice' } }],
    },
  }
  const definition = graph([each])
  await other.registerWorkflow(definition)
  const run = await other.startWorkflow(definition, {})
  expect(await run.result()).toEqual({ each: [5] })
  await other.stop()
})

test('a run that failed by the timeout of a node can be retried', async () => {
  const wait = { ...signal('w', 'go'), timeout: 0.2 }
  const each = {
    ...{ id: 'each', type: 'map', depends_on: ['w'] },
    config: { items: [1, 2], steps: [{ ...signal('v', 'more'), timeout: 0.2 }] },
  }
  const run = await engine.start(graph([wait, each]), {})
  await expect(run.result()).rejects.toThrow(/at step "w"/)
  const again = await run.retry()
  await again.signal('go', 1)
  await expect(again.result()).rejects.toThrow(/at step "v/)
  const third = await again.retry()
  await third.signal('more', 1)
  await third.signal('more', 2)
  expect(await third.result()).toEqual({ each: [1, 2] })
})

test('a handler that changes what it was given changes it for nobody else', async () => {
  const spoil = defineStep('spoil', (given: { list: number[] }, { attempt }) => {
    given.list.push(9)
    if (attempt === 1) throw new Error('again')
    return given.list
  })
  const other = await engine.another([], {}, { steps: [spoil] })
  const steps = ['a', 'b'].map((id) => ({
    ...{ id, type: 'step', retry: { max_attempts: 2, delay_seconds: 0.01 } },
    config: { step: 'spoil', input: '{{ trigger.data }}' },
  }))
  const definition = graph(steps)
  await other.registerWorkflow(definition)
  const run = await other.startWorkflow(definition, { list: [1] })
  expect(await run.result()).toEqual({ a: [1, 9], b: [1, 9] })
  await other.stop()
})

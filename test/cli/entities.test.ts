// `millrace entities …`: entities that are named by their machine and row, their trails, reports and migration.
import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { millrace, millraceJson } from './here.ts'
import { makeFolder } from './millrace.ts'

const ticket = (
  version: string,
  first: string,
) => `workflow: { name: ticket, version: "${version}", table: tickets }
states:
  - { name: ${first}, initial: true, sla: 1 ms }
  - { name: working }
  - { name: solved, final: true }
transitions:
  - { from: ${first}, to: working, name: take, requires_role: agent, conditions: { mood: good } }
  - { from: working, to: solved, name: solve, reason_required: true, four_eyes: true }
  - { from: working, to: ${first}, name: back, conditions: { field_required: why } }
`

let db: TestDatabase
let folder: Awaited<ReturnType<typeof makeFolder>>
const me = userInfo().username

beforeAll(async () => {
  db = await createDatabase({ testClock: false })
  folder = await makeFolder({ 'one.yaml': ticket('1', 'open'), 'two.yaml': ticket('2', 'new') })
  await json('workflows', 'put', 'one.yaml')
})
afterAll(async () => {
  await folder.remove()
  await db.drop()
})

const cli = (...args: string[]) =>
  millrace(['entities', ...args], { url: db.url, cwd: folder.path })
const json = <T>(...args: string[]) => millraceJson<T>(args, { url: db.url, cwd: folder.path })
const entities = <T>(...args: string[]) => json<T>('entities', ...args)

type Entity = { id: string; entityId: string; state: string }

test('a ticket from its start to its end', async () => {
  const started = await cli('start', 'ticket', '1', '--metadata', '{"kind": "bug"}', '--by', 'ada')
  expect(started.stdout).toMatch(
    /^✓ started ticket for 1\n {2}instance +[0-9a-f-]{36}\n {2}state +open\n/,
  )
  expect(await cli('start', 'ticket', '1')).toMatchObject({
    ...{ code: 4, stderr: expect.stringContaining('--reuse') },
  })
  expect((await cli('start', 'ticket', '1', '--reuse')).stdout).toMatch(/^✓ already there: ticket/)
  expect(await cli('transition', 'ticket/1', 'take')).toMatchObject({
    ...{ code: 4, stderr: expect.stringMatching(/MR013.*agent/s) },
  })
  const taken = await cli('transition', 'ticket/1', 'take', '--role', 'agent', '--by', 'ada')
  expect(taken.stdout).toMatch(/^✓ [0-9a-f-]{36} {2}open → working {2}take\n$/)
  const solve = ['transition', 'ticket/1', 'solve']
  expect(await cli(...solve, '--by', 'bob')).toMatchObject({ code: 4 }) // no reason
  expect(await cli(...solve, '--by', 'ada', '--notes', 'done')).toMatchObject({ code: 4 }) // the same person
  const late = await cli(...solve, '--by', 'bob', '--notes', 'x', '--expected-state', 'open')
  expect(late).toMatchObject({ code: 4, stderr: expect.stringContaining('MR012') })
  const key = ['--key', 'k1', '--set', '{"cost": 3}', '--executed-by', 'cyd']
  const solved = await entities(
    ...solve.slice(0, 2),
    '--to',
    'solved',
    '--by',
    'bob',
    '--notes',
    'ok',
    ...key,
  )
  expect(solved).toMatchObject({ from: 'working', state: 'solved', name: 'solve', repeated: false })
  const again = await cli(
    ...solve.slice(0, 2),
    '--to',
    'solved',
    '--by',
    'bob',
    '--notes',
    'ok',
    ...key,
  )
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^= .*done before/) })
  const shown = await cli('get', 'ticket/1')
  expect(shown.stdout).toMatch(/^ticket v1 {2}✓ solved\n[\s\S]*entity +tickets:1\n/)
  expect(shown.stdout).toContain('"cost":3')
  expect((await cli('get', 'ticket/1', '-q')).stdout).toBe('solved\n')
  const history = await cli('history', 'ticket/1')
  expect(history.stdout.split('\n').map((line) => line.trimEnd().replace(/ +/g, ' '))).toEqual([
    ' SEQ AT FROM → TO TRANSITION AFTER BY NOTES'.trim(),
    expect.stringMatching(/^ 1 .* · → open \(start\) ada$/),
    expect.stringMatching(/^ 2 .* open → working take .* ada$/),
    expect.stringMatching(/^ 3 .* working → solved solve .* cyd \(bob\) ok$/),
    '',
  ])
})

test('what is listed, by what it is', async () => {
  for (const id of ['a', 'b', 'c']) await entities('start', 'ticket', id)
  await entities('transition', 'ticket/b', 'take', '--role', 'agent')
  const list = async (...args: string[]) =>
    (await entities<{ items: Entity[] }>('list', ...args)).items.map(({ entityId }) => entityId)
  const live = ['--machine', 'ticket', '--status', 'live']
  expect(await list(...live)).toEqual(['c', 'b', 'a'])
  expect(await list('--state', 'working', '--version', '1')).toEqual(['b'])
  expect(await list('--table', 'tickets', '--entity', 'c', '--updated-since', '1 h')).toEqual(['c'])
  expect(await list('--table', 'others')).toEqual([])
  const page = await cli('list', ...live, '--limit', '2')
  expect(page.stdout).toMatch(
    /^INSTANCE +ENTITY +MACHINE +STATE +SINCE.*\n.*tickets:c +ticket v1 +● open/,
  )
  const after = /--after (\S+)/.exec(page.stderr)?.[1] as string
  expect(await list(...live, '--limit', '2', '--after', after)).toEqual(['a'])
  expect(await cli('list', '--status', 'open')).toMatchObject({ code: 2 })
  expect(await entities(...live)).toMatchObject({ items: [{}, {}, {}] }) // the group alone lists
})

test('where it may go, and why not', async () => {
  await entities('start', 'ticket', 'w')
  const asked = await cli('transitions', 'ticket/w')
  expect(asked.stdout).toMatch(/take +working +✗ refused +.*agent/)
  expect(asked.stdout).toContain('not enforced: mood')
  const allowed = await cli('transitions', 'ticket/w', '--role', 'agent')
  expect(allowed.stdout).toMatch(/take +working +✓ allowed/)
  expect((await cli('transitions', 'ticket/w', '--role', 'agent', '-q')).stdout).toBe('take\n')
  await entities('transition', 'ticket/w', 'take', '--role', 'agent')
  const all = await entities<{ name: string; allowed: boolean }[]>('transitions', 'ticket/w')
  expect(all.map(({ name, allowed }) => `${name} ${allowed}`)).toEqual([
    'solve false',
    'back false',
  ])
  const context = await cli('transition', 'ticket/w', 'back', '--context', '{"why": "wrong team"}')
  expect(context).toMatchObject({ code: 0 })
})

test('a trail that was touched is found, and the exit code says so', async () => {
  const { id } = await entities<Entity>('start', 'ticket', 'v')
  expect(await cli('verify', 'ticket/v', id)).toMatchObject({
    ...{ code: 0, stdout: '✓ 2 trails of 2 whole, 2 rows\n' },
  })
  await db.query('alter table millrace.entity_history no force row level security')
  await db.query(`update millrace.entity_history set notes = 'x' where instance_id = '${id}'`)
  const broken = await cli('verify', '--machine', 'ticket')
  expect(broken).toMatchObject({ code: 1, stdout: expect.stringContaining(`✗ ${id}  row 1: `) })
  expect(broken.stdout).toMatch(/\n✗ \d+ trails? of \d+ whole, \d+ rows\n$/)
  expect((await cli('verify', id, '-q')).stdout).toBe(`${id}\n`)
  expect(await cli('verify')).toMatchObject({ code: 2 })
  expect(await cli('verify', id, '--machine', 'ticket')).toMatchObject({ code: 2 })
})

test('counts, times and who is late', async () => {
  const counts = await cli('counts', 'ticket')
  expect(counts.stdout).toMatch(/^STATE +ENTITIES *\nopen +\d+\nworking +\d+\nsolved +1 +final\n$/)
  const times = await cli('times', 'ticket', '--since', '1 h')
  expect(times.stdout).toMatch(
    /^STATE +LEFT IT +MEAN +HALF UNDER +95 % UNDER +LONGEST\nopen +\d+ +\S+/,
  )
  const late = await cli('breaches', 'ticket', '--limit', '2')
  expect(late.stdout).toMatch(/tickets:\S+ +v1 +open +1 ms +\S+/)
  expect(late.stderr).toContain('There are more: add --after ')
  expect(await cli('counts', 'tickt')).toMatchObject({ code: 3 })
})

test('a new version, and a migration that is first only told', async () => {
  await json('workflows', 'put', 'two.yaml')
  const from = ['migrate', 'ticket', '--from-version', '1', '--to-version', '2']
  const plan = await cli(...from, '--dry-run')
  expect(plan.stdout).toMatch(/open +stays: no such state +\d+/)
  expect(plan.stdout).toMatch(/working +working +\d+/)
  const mapped = await cli(...from, '--map', 'open=new', '--dry-run')
  const would = Number(/✓ (\d+) entities would be moved/.exec(mapped.stdout)?.[1])
  expect(would).toBeGreaterThan(3)
  const done = await cli(...from, '--map', 'open=new', '--notes', 'as agreed', '-q')
  expect(done).toMatchObject({ code: 0, stdout: `${would}\n` })
  expect(await entities('get', 'ticket/c')).toMatchObject({ state: 'new', version: '2' })
  const rows = await entities<object[]>('history', 'ticket/c')
  expect(rows.at(-1)).toMatchObject({
    ...{ from: 'open', to: 'new', transition: null, notes: 'as agreed', executedBy: me },
  })
  const shown = await cli('history', 'ticket/c')
  expect(shown.stdout).toMatch(/ open → new +\(version 1 → 2\) /)
  expect(await cli(...from, '--map', 'open')).toMatchObject({ code: 2 })
})

test('what is refused before anything is asked', async () => {
  for (const [args, message] of [
    [['transition', 'ticket/1'], /name of the transition, or --to/],
    [['transition', 'ticket/1', 'take', '--to', 'working'], /one of the two/],
    [['get', 'ticket'], /neither the id of an instance/],
    [['get', '01a22b85-1d87-7b98-b942-259d23f7d91b', '--table', 'x'], /needs no --table/],
    [['start', 'ticket', '1', '--metadata', '7'], /must be an object/],
    [['counts'], /Missing required argument/],
  ] as const) {
    const { code, stderr } = await cli(...args)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) })
  }
})

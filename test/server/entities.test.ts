import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { principals, useServer } from '../support/server.ts'

const t = useServer()
const fraud = readFileSync(
  new URL('../../examples/machines/fraud_detection.yaml', import.meta.url),
  'utf8',
)
const at = '/api/entities/fraud_detection'
let last = 0

const analyst = {
  ...{ tenant: 'default', subject: 'analyst', roles: ['analyst'] },
  scopes: ['runs:read', 'runs:write', 'workflows:read'] as const,
}
const manager = { ...analyst, subject: 'manager', roles: ['manager'] }

beforeAll(async () => {
  Object.assign(principals, { analyst, manager })
  const put = await t.send('PUT', '/api/definitions/fraud_detection', { body: { document: fraud } })
  expect([put.status, put.body]).toEqual([201, expect.objectContaining({ created: true })])
})

async function start(body: object = {}): Promise<string> {
  const id = `t${++last}`
  const made = await t.send('POST', `${at}/${id}`, { body, as: 'analyst' })
  expect(made.status).toBe(201)
  return id
}

test('whom an authenticator of yours calls what is nobody’s name does not come in', async () => {
  for (const subject of ['role:postgres', 'millrace:timer', 'key:0123456789abcdef']) {
    Object.assign(principals, { odd: { ...analyst, subject } })
    const refused = await t.send('GET', '/api/entities', { as: 'odd' })
    expect([refused.status, refused.body.code]).toEqual([403, 'MR042'])
    expect(refused.body.detail).toContain(`"${subject}"`)
  }
  Object.assign(principals, { odd: { ...analyst, subject: 'key:a', keyId: 'a' } })
  expect((await t.send('GET', '/api/entities', { as: 'odd' })).status).toBe(200)
})

const move = (id: string, body: object, as = 'analyst') =>
  t.send('POST', `${at}/${id}/transition`, { body, as })

describe('machines', () => {
  test('have no runs, and say how an entity is started', async () => {
    const body = { workflow_id: 'fraud_detection', input: {} }
    const refused = await t.send('POST', '/api/runs', { body })
    expect([refused.status, refused.body.code]).toEqual([422, 'MR001'])
    expect(refused.body.detail).toContain('POST /api/entities/{machine}/{id}')
  })

  test('are put once: again nothing changes; notes say what is not enforced', async () => {
    const path = '/api/definitions/fraud_detection'
    const again = await t.send('PUT', path, { body: { document: fraud } })
    expect([again.status, again.body.created]).toEqual([200, false])
    expect(JSON.stringify(again.body.notes)).toContain('risk_score')
    const other = fraud.replace('duplicate, asked', 'asked')
    const refused = await t.send('PUT', path, { body: { document: other } })
    expect([refused.status, refused.body.code]).toEqual([409, 'MR015'])
    const wrong = fraud.replace('to: investigating', 'to: nowhere')
    const issues = await t.send('PUT', path, { body: { document: wrong } })
    expect([issues.status, issues.body.code]).toEqual([422, 'MR030'])
    expect(JSON.stringify(issues.body.issues)).toContain('nowhere')
    const elsewhere = await t.send('PUT', '/api/definitions/fraud', { body: { document: fraud } })
    expect([elsewhere.status, elsewhere.body.issues]).toEqual([
      422,
      [{ message: 'It is not "fraud".', pointer: '/document/workflow/name' }],
    ])
    const listed = await t.send('GET', '/api/documents?kind=machine')
    expect(listed.body.data).toMatchObject([{ workflow_id: 'fraud_detection', kind: 'machine' }])
  })

  test('are drawn: as text for Mermaid, as a picture', async () => {
    const path = '/api/definitions/fraud_detection/diagram'
    const text = await t.send('GET', path)
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(text.body).toContain('stateDiagram-v2')
    const picture = await t.send('GET', `${path}?format=svg`)
    expect(picture.headers.get('content-type')).toBe('image/svg+xml')
    expect(picture.body).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
    expect((await t.send('GET', path, { as: 'mallory' })).status).toBe(404)
    expect((await t.send('GET', '/api/definitions/none/diagram')).status).toBe(404)
  })
})

test('what would take the server long to draw is refused, and is drawn as text', async () => {
  // without transitions each state leads to each other one
  const states = Array.from({ length: 40 }, (_, i) => ({ name: `s${i}`, initial: i === 0 }))
  const document = JSON.stringify({ workflow: { name: 'wide' }, states })
  expect((await t.send('PUT', '/api/definitions/wide', { body: { document } })).status).toBe(201)
  const path = '/api/definitions/wide/diagram'
  const picture = await t.send('GET', `${path}?format=svg`)
  expect([picture.status, picture.body]).toEqual([
    ...[422, expect.objectContaining({ code: 'MR020', detail: expect.stringContaining('1560') })],
  ])
  expect((await t.send('GET', path)).status).toBe(200)
}, 10_000)

describe('an entity', () => {
  test('is started once, moved, and has a trail that is whole', async () => {
    const id = await start({ metadata: { amount: 90 }, claimed_by: 'cron', notes: 'flagged' })
    const again = await t.send('POST', `${at}/${id}`, { as: 'analyst' })
    expect([again.status, again.body.code]).toEqual([409, 'MR018'])
    const there = await t.send('POST', `${at}/${id}`, { body: { if_exists: 'return' } })
    expect([there.status, there.body]).toEqual([
      ...[200, { id: expect.any(String), state: 'new', started: false }],
    ])
    const misspelt = await move(id, { to: 'investigating' })
    expect([misspelt.status, misspelt.body.detail]).toEqual([
      422,
      expect.stringMatching(/^Nobody reads "to"\. There are: .*\bname, to_state\b/),
    ])
    const moved = await move(id, {
      ...{ name: 'start_investigation', claimed_by: 'zoe', context: { a: 1 }, set: { b: 2 } },
    })
    expect(moved.body).toMatchObject({
      ...{ from: 'new', state: 'investigating', name: 'start_investigation', repeated: false },
      ...{ seq: '2', instance_id: there.body.id },
    })
    const { body: one } = await t.send('GET', `${at}/${id}`)
    expect(one).toMatchObject({
      ...{ id: there.body.id, machine: 'fraud_detection', version: '1.0', table: 'transactions' },
      ...{ entity_id: id, state: 'investigating', status: 'live', metadata: { amount: 90, b: 2 } },
    })
    expect((await t.send('GET', `/api/instances/${one.id}`)).body).toEqual(one)
    const history = await t.send('GET', `${at}/${id}/history`)
    expect(history.body.data).toMatchObject([
      { seq: '1', from: null, to: 'new', executed_by: 'analyst', claimed_by: 'cron' },
      { seq: '2', from: 'new', executed_by: 'analyst', claimed_by: 'zoe', context: { a: 1 } },
    ])
    const page = await t.send('GET', `/api/instances/${one.id}/history?limit=1`)
    const next = `/api/instances/${one.id}/history?starting_after=${page.body.next_cursor}`
    expect([page.body.has_more, (await t.send('GET', next)).body.data]).toEqual([
      ...[true, history.body.data.slice(1)],
    ])
    for (const path of [`${at}/${id}/verify`, `/api/instances/${one.id}/verify`])
      expect((await t.send('GET', path)).body).toEqual({
        ...{ ok: true, broken_at: null, problem: null, rows: 2 },
      })
  })

  test('is moved by whom its roles allow, as who asks', async () => {
    const id = await start()
    const ways = async (as: string) =>
      (await t.send('GET', `${at}/${id}/transitions`, { as })).body.data
    expect(await ways('analyst')).toMatchObject([
      { name: 'start_investigation', to: 'investigating', allowed: true, reason: null },
      { name: 'cancel', allowed: true },
    ])
    const [denied] = await ways('manager')
    expect(denied).toMatchObject({ allowed: false, reason: expect.stringContaining('analyst') })
    const forbidden = await move(id, { to_state: 'investigating' }, 'manager')
    expect([forbidden.status, forbidden.body.code]).toEqual([403, 'MR013'])
    const key = { tenant: 'default', subject: 'key:a', keyId: 'a', roles: [] }
    Object.assign(principals, { key: { ...key, scopes: analyst.scopes } })
    expect((await move(id, { to_state: 'investigating' }, 'key')).body.detail).toContain(
      'A key has no roles: take the token of somebody who has one.',
    )
    // an admin may do all but what takes a role of the machine
    for (const claim of [{}, { by: 'zoe' }, { roles: ['analyst'] }])
      expect((await move(id, { to_state: 'investigating', ...claim }, 'ada')).status).not.toBe(200)
    for (const claim of [{ by: 'zoe' }, { roles: ['manager'] }])
      expect((await t.send('POST', `${at}/r${id}`, { body: claim, as: 'ada' })).status).toBe(422)
    expect((await move(id, { to_state: 'investigating', claimed_by: 'zoe' })).status).toBe(200)
    const { body } = await t.send('GET', `${at}/${id}/history`)
    expect(body.data.at(-1)).toMatchObject({ executed_by: 'analyst', claimed_by: 'zoe' })
    expect((await move(id, { to_state: 'rejected' })).body.code).toBe('MR013')
    expect((await move(id, { to_state: 'rejected', notes: 'a reason' })).status).toBe(200)
  })

  test('a key that comes again means the instance that it has moved, also when there is another by then', async () => {
    const id = await start()
    const body = { name: 'cancel', idempotency_key: 'k', notes: 'twice' }
    const first = await move(id, body)
    expect([first.status, first.body.repeated]).toEqual([200, false])
    expect((await t.send('POST', `${at}/${id}`, { as: 'analyst' })).status).toBe(201)
    const again = await move(id, body)
    expect([again.status, again.body]).toEqual([200, { ...first.body, repeated: true }])
    expect((await t.send('GET', `${at}/${id}`)).body).toMatchObject({ state: 'new' })
    for (const target of [{}, { name: 'cancel', to_state: 'cancelled' }]) {
      const refused = await move(id, target)
      expect([refused.status, refused.body.code]).toEqual([422, 'MR001'])
      expect(JSON.stringify(refused.body)).toContain('one of the two')
    }
  })

  test('of two who ask at once one moves it', async () => {
    const id = await start()
    const expected_state = 'new'
    const answers = await Promise.all(
      ['start_investigation', 'cancel', 'start_investigation', 'cancel'].map((name) =>
        move(id, { name, expected_state }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    const lost = answers.find(({ status }) => status === 409)
    expect(lost?.body).toMatchObject({ code: 'MR012', details: { moved_by: 'analyst' } })
    const { body } = await t.send('GET', `${at}/${id}/history`)
    expect(body.data).toHaveLength(2)
  })

  test('sent again under its key a request does nothing and is answered as before', async () => {
    const id = await start()
    const send = () =>
      t.send('POST', `${at}/${id}/transition`, {
        ...{ body: { name: 'cancel' }, headers: { 'idempotency-key': `once-${id}` } },
      })
    const [first, second] = [await send(), await send()]
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect([first.status, second.body]).toEqual([200, first.body])
    const key = { name: 'cancel', idempotency_key: randomUUID() }
    const other = await start()
    expect((await move(other, key)).body.repeated).toBe(false)
    expect((await move(other, key)).body.repeated).toBe(true)
    expect((await move(other, { ...key, name: 'start_investigation' })).body.code).toBe('MR010')
  })

  test.each([
    ['POST', '/api/entities/none/1', {}, 404, 'MR040'],
    ['GET', `${at}/none`, undefined, 404, 'MR043'],
    ['GET', `/api/instances/${randomUUID()}`, undefined, 404, 'MR043'],
    ['GET', '/api/instances/x', undefined, 422, 'MR001'],
    ['POST', `/api/instances/${randomUUID()}/transition`, { name: 'a' }, 404, 'MR043'],
    ['POST', `/api/instances/${randomUUID()}/transition`, {}, 422, 'MR001'],
    ['POST', `${at}/x/transition`, { name: 'a' }, 404, 'MR043'],
    ['POST', `${at}/1`, { metadata: [] }, 422, 'MR002'],
    ['POST', `${at}/1`, { bye: 1 }, 422, 'MR002'],
    ['GET', '/api/entities/counts', undefined, 422, 'MR001'],
    ['GET', '/api/entities/counts?machine=none', undefined, 404, 'MR040'],
    ['GET', '/api/entities?status=gone', undefined, 422, 'MR001'],
  ])('%s %s %j is refused: %i', async (method, path, body, status, code) => {
    const refused = await t.send(method, path, { ...(body && { body }) })
    expect([refused.status, refused.body.status]).toEqual([status, status])
    if (refused.body.code !== code) expect(refused.body.code).toMatch(/^MR00[12]$|^MR06/)
  })

  test('who only reads moves nothing; another tenant sees nothing and moves nothing', async () => {
    const id = await start()
    const { body: one } = await t.send('GET', `${at}/${id}`)
    for (const path of [`${at}/${id}`, `${at}/${id}/transition`, '/api/entities/migrate']) {
      const refused = await t.send('POST', path, { body: {}, as: 'victor' })
      expect([path, refused.status]).toEqual([path, 403])
    }
    const paths = [`${at}/${id}`, `/api/instances/${one.id}`]
    for (const path of paths) {
      for (const part of ['', '/transitions', '/history', '/verify'])
        expect((await t.send('GET', path + part, { as: 'mallory' })).status, part).toBe(404)
      const body = { name: 'cancel' }
      const moved = await t.send('POST', `${path}/transition`, { body, as: 'mallory' })
      expect(moved.status, path).toBe(404)
    }
    expect((await t.send('GET', '/api/entities', { as: 'mallory' })).body.data).toEqual([])
    expect((await t.send('GET', `${at}/${id}`)).body).toEqual(one)
  })
})

describe('all entities of a machine', () => {
  test('are listed by what they are, counted, timed, and found late', async () => {
    const [early, moved] = [await start(), await start()]
    await move(moved, { name: 'cancel' })
    await t.db.query(
      `update millrace.entities set entered_at = entered_at - interval '1 day' where entity_id = $1`,
      [early],
    )
    const list = async (query: string) =>
      (await t.send('GET', `/api/entities?machine=fraud_detection&${query}`)).body.data.map(
        (one: { entity_id: string }) => one.entity_id,
      )
    expect(await list(`entity_id=${moved}&status=completed`)).toEqual([moved])
    expect(await list(`entity_id=${moved}&status=live`)).toEqual([])
    expect(await list('state=cancelled')).toContain(moved)
    expect(await list('table=transactions&limit=1')).toEqual([moved])
    const counts = await t.send('GET', '/api/entities/counts?machine=fraud_detection')
    const count = (state: string) =>
      counts.body.data.find((one: { state: string }) => one.state === state)
    expect(count('cancelled').count).toBeGreaterThan(0)
    expect(count('cancelled').final).toBe(true)
    const times = await t.send('GET', '/api/entities/times?machine=fraud_detection')
    expect(times.body.data).toContainEqual(
      expect.objectContaining({ state: 'new', count: expect.any(Number) }),
    )
    const late = await t.send('GET', '/api/entities/late?machine=fraud_detection')
    expect(late.body.data).toMatchObject([
      { entity_id: early, state: 'new', sla_ms: 14_400_000, late_ms: expect.any(Number) },
    ])
  })

  test('are moved to another version: looked at first, then done, and noted', async () => {
    const name = 'moved'
    const of = (version: string, state: string) => ({
      workflow: { name, version },
      states: [{ name: state, initial: true }, { name: 'shut' }],
    })
    const put = (document: object) =>
      t.send('PUT', `/api/definitions/${name}`, { body: { document } })
    expect((await put(of('1', 'open'))).status).toBe(201)
    for (const id of ['a', 'b']) await t.send('POST', `/api/entities/${name}/${id}`)
    await t.send('POST', `/api/entities/${name}/b/transition`, { body: { to_state: 'shut' } })
    expect((await put(of('2', 'ajar'))).status).toBe(201)
    const migrate = (body: object) =>
      t.send('POST', '/api/entities/migrate', {
        body: { machine: name, from_version: '1', to_version: '2', ...body },
      })
    const mapping = { open: 'ajar' }
    const dry = await migrate({ mapping, dry_run: true })
    expect(dry.body).toMatchObject({ migrated: 0 })
    expect(dry.body.states).toHaveLength(2)
    const done = await migrate({ mapping, notes: 'new door' })
    expect(done.body).toMatchObject({ migrated: 2, remaining: 0 })
    const { body } = await t.send('GET', `/api/entities/${name}/a/history`)
    expect(body.data.at(-1)).toMatchObject({ from: 'open', to: 'ajar', executed_by: 'ada' })
    const [audited] = await t.db.query(
      `select subject from millrace.audit where action = 'entity.migrate' order by id desc limit 1`,
    )
    expect(audited).toEqual({ subject: 'ada' })
  })
})

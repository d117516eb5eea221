// Many at once on the same entities: what is in the trails is what they were told. `npm run test:slow` has a thousand of them (ENTITIES).
import { expect, test } from 'vitest'
import { Database } from '../../src/kernel/database.ts'
import { type EntityTransition, executeTransitions } from '../../src/kernel/entities.ts'
import { openKernel } from '../support/kernel.ts'
import { lossyPool, untilItWorks } from '../support/lossy-pool.ts'
import { makeMachine } from '../support/machine.ts'
import { openPool } from '../support/pool.ts'

const ENTITIES = Number(process.env.ENTITIES ?? 40)
const CLIENTS = 100
const SEED = Number(process.env.SEED ?? 20261130)
/** Of test/support/machine.ts, with a way back from what is final. */
const LEGAL: Record<string, Record<string, string>> = {
  open: { pay: 'paid', cancel: 'void' },
  paid: { refund: 'open', close: 'closed' },
}

const kernel = await openKernel()
await makeMachine(kernel, 'orders')

/** Numbers from 0 to 1, the same at every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}

async function startMany(prefix: string): Promise<string[]> {
  const names = Array.from({ length: ENTITIES }, (_, i) => `${prefix}${i}`)
  const rows = await kernel.query<{ instance_id: string }>(
    'select instance_id from millrace.start_entities(1, $1, $2, $2, $3, $2, $2) order by ordinal',
    [names.map(() => 'orders'), names.map(() => null), names],
  )
  return rows.map((row) => row.instance_id)
}

function ask(
  instance: string,
  name: string,
  more: Partial<EntityTransition> = {},
): EntityTransition {
  return {
    ...{ instance_id: instance, name, to_state: null, by: 'ada' },
    ...{ idempotency_key: null, options: null, ...more },
  }
}

type Row = {
  instance_id: string
  seq: number
  from: string | null
  to: string
  name: string | null
}

/** Their trails: legal, gapless, sealed, and with these rows beside the starts, no others. */
async function expectTrails(ids: readonly string[], wins: readonly Row[]): Promise<void> {
  const rows = await kernel.query<Row>(
    `select instance_id, seq, from_state as "from", to_state as "to", transition as name
     from millrace.entity_history where instance_id = any ($1) order by instance_id, seq`,
    [ids],
  )
  const moves = rows.filter(({ seq }) => seq > 1)
  expect(moves.filter(({ from, name, to }) => LEGAL[from ?? '']?.[name ?? ''] !== to)).toEqual([])
  const key = ({ instance_id, seq, from, to, name }: Row) =>
    `${instance_id} ${seq} ${from} ${name} ${to}`
  expect(wins.map(key).sort()).toEqual(moves.map(key).sort())
  const bad = await kernel.query(
    `select u.id, millrace.verify_history(u.id) as found from unnest($1::uuid[]) u (id)
     where not (millrace.verify_history(u.id) ->> 'ok')::boolean`,
    [ids],
  )
  expect(bad).toEqual([])
}

/** As many clients as there are, on 20 connections. */
async function race(work: (client: number, db: Database) => Promise<void>): Promise<void> {
  const pool = openPool({ connectionString: kernel.url, max: 20 })
  const db = new Database({ pool })
  try {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client, db)))
  } finally {
    await pool.end()
  }
}

test('a hundred clients move what they please, one by one and in batches: each win is one row', async () => {
  const ids = await startMany('a')
  const states = new Map(ids.map((id) => [id, 'open']))
  const wins: Row[] = []
  const codes = new Set<string>()
  const rounds = Math.max(3, Math.round((ENTITIES * 20) / CLIENTS / 4))
  await race(async (client, db) => {
    const next = random(SEED + client)
    for (let round = 0; round < rounds; round++) {
      const items = Array.from({ length: next() < 0.5 ? 1 : 2 + Math.floor(next() * 9) }, () => {
        const id = ids[Math.floor(next() * ids.length)] as string
        // what somebody was told last, which may be wrong by now
        const from = states.get(id) as string
        const names = Object.keys(LEGAL[from] ?? LEGAL.paid ?? {})
        const name = names[next() < 0.9 ? 0 : 1] as string
        return ask(
          id,
          name,
          next() < 0.5 ? { options: { expected_state: from, set: { client } } } : {},
        )
      })
      for (const [i, done] of (await executeTransitions(db, 1, items)).entries()) {
        if ('problem' in done) codes.add(done.problem.code)
        else {
          expect(done.instance_id).toBe(items[i]?.instance_id)
          states.set(done.instance_id, done.to)
          wins.push(done)
        }
      }
    }
  })
  expect([...codes].sort()).toEqual(['MR012', 'MR013'])
  expect(wins.length).toBeGreaterThan(ENTITIES)
  await expectTrails(ids, wins)
})

test('a hundred clients ask for the same move of all: for each entity exactly one wins', async () => {
  const ids = await startMany('b')
  const wins: Row[] = []
  const codes: Record<string, number> = {}
  await race(async (client, db) => {
    const next = random(SEED + client)
    const order = ids.map((id) => [next(), id] as const).sort(([a], [b]) => a - b)
    for (let from = 0; from < order.length; from += 250) {
      const items = order
        .slice(from, from + 250)
        .map(([, id]) => ask(id, client % 2 ? 'pay' : 'cancel'))
      for (const done of await executeTransitions(db, 1, items)) {
        if ('problem' in done) codes[done.problem.code] = (codes[done.problem.code] ?? 0) + 1
        else wins.push(done)
      }
    }
  })
  expect(new Set(wins.map(({ instance_id }) => instance_id)).size).toBe(ENTITIES)
  expect(wins).toHaveLength(ENTITIES)
  const { MR012 = 0, MR013 = 0, ...others } = codes
  expect(others).toEqual({})
  expect(MR012 + MR013).toBe(ENTITIES * (CLIENTS - 1))
  await expectTrails(ids, wins)
})

test('replies and connections are lost, all is sent again with its key: each is done once', async () => {
  const ids = await startMany('c')
  const pool = lossyPool(kernel.url, 4, 'millrace.')
  const db = new Database({ pool })
  const wins: Row[] = []
  const send = (items: EntityTransition[]) => untilItWorks(() => executeTransitions(db, 1, items))
  for (const [i, name] of ['pay', 'refund', 'pay'].entries()) {
    for (let from = 0; from < ids.length; from += i === 1 ? 1 : 20) {
      const part = ids.slice(from, from + (i === 1 ? 1 : 20))
      const items = part.map((id) =>
        ask(id, name, { idempotency_key: `${i}`, options: { set: { i } } }),
      )
      for (const done of await send(items)) {
        if ('problem' in done) expect.fail(done.problem.message)
        wins.push(done)
      }
    }
  }
  expect(pool.lost).toBeGreaterThan(ENTITIES / 10)
  await pool.end()
  expect(wins.map(({ seq }) => seq).sort()).toEqual([2, 3, 4].flatMap((seq) => ids.map(() => seq)))
  await expectTrails(ids, wins)
})

test('a connection that is gone after its COMMIT: the same key again is told what was done', async () => {
  const [id] = await startMany('d')
  const call = 'select millrace.transition($1, $2) as t'
  const values = [id, { name: 'pay', idempotency_key: 'once', set: { a: 1 } }]
  const client = await kernel.connect()
  await client.query('begin')
  const { rows } = await client.query(call, values)
  await client.query('commit')
  await client.end()
  const [again] = await kernel.query<{ t: Row }>(call, values)
  expect(again?.t).toEqual({ ...rows[0].t, repeated: true })
  await expectTrails([id as string], [again?.t as Row])
})

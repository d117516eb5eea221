import pg from 'pg'
// one call a transition: a client would send those that are under way together
import { Database } from '../../../src/kernel/database.ts'
import { type EntityTransition, executeTransitions } from '../../../src/kernel/entities.ts'
import type { Bench } from '../bench.ts'
import { between, read } from '../server/meter.ts'
import type { Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'
import { attempt } from './rounds.ts'

const ENTITIES = 5000
/** Calls under way, and of batches. */
const CLIENTS = 20
const BATCHES = 4
const BATCH = 500

/** An entity, and the state that it is in. */
type Entity = { id: string; state: 'draft' | 'review' }
const other = { draft: 'review', review: 'draft' } as const
const CONTEXT = { department: 'fraud', alert: 'velocity' }

/** What a transition has to store in any case: the row as it is now, the row of the trail. */
const BARE = `
  create table bare_entities (
    id uuid primary key, tenant_id int not null, workflow_id int not null, seq int not null, entered_at timestamptz not null,
    created_at timestamptz not null, updated_at timestamptz not null, machine text not null, entity_table text not null,
    entity_id text not null, state text not null, metadata jsonb not null) with (fillfactor = 70);
  create table bare_history (
    instance_id uuid not null, seq int not null, tenant_id int not null, workflow_id int not null, executed_at timestamptz not null,
    transition_id uuid, from_state text, to_state text not null, transition text, executed_by text not null, notes text,
    request text, context jsonb not null, metadata jsonb not null, primary key (instance_id, seq))`
const UPDATE = `update bare_entities set state = $2, seq = seq + 1, entered_at = now(), updated_at = now()
  where id = $1 and state = $3 returning seq, tenant_id, workflow_id, updated_at`
const INSERT = `insert into bare_history values ($1, $2, $3, $4, $5, '0190b3a0-0000-7000-8000-000000000000', $6, $7, 'move',
  'ada', 'because', $8, $9, '{}')`
const AS_ONE = `with moved as (${UPDATE}) insert into bare_history
  select $1, m.seq, m.tenant_id, m.workflow_id, m.updated_at, '0190b3a0-0000-7000-8000-000000000000', $3, $2, 'move', 'ada', 'because',
    $4, $5::jsonb, '{}' from moved m`

/**
 * Transitions of entities, one by one and in batches, against what they store at least: an UPDATE and an INSERT in one
 * transaction, as a program does it, and as one statement; turn by turn.
 */
export async function runEntities(bench: Bench, workload: string, millrace: System): Promise<void> {
  const { rounds, scale } = bench.options
  await attempt(bench, workload, millrace.name, async () => {
    const database = await bench.templates.clone(millrace)
    const pool = new pg.Pool({ connectionString: bench.databases.url(database), max: CLIENTS })
    pool.on('error', () => {})
    try {
      const ways = await open(pool)
      const forMs = Math.max(300, 3000 * Math.min(1, scale))
      for (const way of ways) await time(bench, way, Math.min(forMs, 1000)) // plans, and pages
      for (let round = 1; round <= rounds; round++) {
        let bare = Number.NaN
        for (const way of ways) {
          const { n, sample } = await time(bench, way, forMs)
          const perSecond = sample.transitions_per_second as number
          if (way === ways[0]) bare = perSecond
          const entry = { workload, system: way.name, round, n }
          bench.sheet.add({
            ...entry,
            sample: { ...sample, ratio_to_transaction: perSecond / bare },
          })
          const figures = `${Math.round(perSecond)} transitions/s, ${(perSecond / bare).toFixed(2)} of the bare transaction`
          console.log(`${workload} ${round}/${rounds}`.padEnd(14), way.name.padEnd(32), figures)
        }
      }
    } finally {
      await pool.end()
      await bench.databases.drop(database)
    }
  })
}

type Way = { name: string; clients: number; size: number; move(): Promise<void> }

async function open(pool: pg.Pool): Promise<Way[]> {
  const db = new Database({ pool })
  const machine = {
    workflow: { name: 'bench' },
    states: [{ name: 'draft', initial: true }, { name: 'review' }],
    transitions: [
      { from: 'draft', to: 'review', name: 'submit' },
      { from: 'review', to: 'draft', name: 'return' },
    ],
  }
  await pool.query('select millrace.define_machine($1)', [machine])
  await pool.query(BARE)
  for (let from = 0; from < ENTITIES; from += 1000) {
    const names = Array.from({ length: 1000 }, (_, i) => `order-${from + i}`)
    await pool.query(`select millrace.start_entities(1, $1, $2, $1, $3, $3, $4)`, [
      names.map(() => 'bench'),
      names.map(() => null),
      names,
      names.map(() => '{"metadata": {"amount": 10}}'),
    ])
  }
  await pool.query(`insert into bare_entities
    select id, tenant_id, workflow_id, seq, entered_at, created_at, updated_at, machine, entity_table, entity_id, state, metadata
    from millrace.entities`)
  await pool.query('vacuum analyze')
  const { rows } = await pool.query<Entity>('select id, state from bare_entities')
  const [theirs, ours] = [shuffled(rows), shuffled(rows)]
  let request = 0
  const key = () => `$${++request}`
  return [
    {
      ...{ name: 'bare transaction', clients: CLIENTS, size: 1 },
      move: () => bare(pool, theirs(), key()),
    },
    {
      ...{ name: 'bare, as one statement', clients: CLIENTS, size: 1 },
      move: () => bareAsOne(pool, theirs(), key()),
    },
    { ...{ name: 'millrace', clients: CLIENTS, size: 1 }, move: () => move(db, [ours()], key) },
    {
      ...{ name: `millrace, ${BATCH} a call`, clients: BATCHES, size: BATCH },
      move: () => move(db, Array.from({ length: BATCH }, ours), key),
    },
  ]
}

/** One after the other, in an order of its own, again and again. */
function shuffled(rows: readonly Entity[]): () => Entity {
  const own = rows
    .map((row) => ({ ...row, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
  let at = 0
  return () => own[at++ % own.length] as Entity
}

async function bare(pool: pg.Pool, entity: Entity, key: string): Promise<void> {
  const to = other[entity.state]
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query({
      name: 'u',
      text: UPDATE,
      values: [entity.id, to, entity.state],
    })
    const { seq, tenant_id, workflow_id, updated_at } = rows[0]
    const row = [entity.id, seq, tenant_id, workflow_id, updated_at, entity.state, to, key, CONTEXT]
    await client.query({ name: 'i', text: INSERT, values: row })
    await client.query('commit')
  } finally {
    client.release()
  }
  entity.state = to
}

async function bareAsOne(pool: pg.Pool, entity: Entity, key: string): Promise<void> {
  const to = other[entity.state]
  await pool.query({ name: 'o', text: AS_ONE, values: [entity.id, to, entity.state, key, CONTEXT] })
  entity.state = to
}

async function move(db: Database, entities: Entity[], key: () => string): Promise<void> {
  const items = entities.map(
    ({ id, state }): EntityTransition => ({
      ...{ instance_id: id, name: null, to_state: other[state], by: 'ada' },
      ...{ idempotency_key: key(), options: { notes: 'because', context: CONTEXT } },
    }),
  )
  const results = await executeTransitions(db, 1, items)
  for (const [i, done] of results.entries()) {
    if ('problem' in done) throw new Error(done.problem.message)
    ;(entities[i] as Entity).state = done.to as Entity['state']
  }
}

async function time(bench: Bench, way: Way, forMs: number): Promise<{ n: number; sample: Sample }> {
  await bench.databases.checkpoint()
  const from = await read(bench.server, bench.databases)
  const end = performance.now() + forMs
  let n = 0
  const client = async () => {
    while (performance.now() < end) {
      await way.move()
      n += way.size
    }
  }
  await Promise.all(Array.from({ length: way.clients }, client))
  const used = between(from, await read(bench.server, bench.databases))
  return {
    n,
    sample: {
      transitions_per_second: n / used.seconds,
      wal_bytes_per_transition: used.wal / n,
      seconds: used.seconds,
      ...(used.postgresCpu === null
        ? {}
        : { postgres_cpu_us_per_transition: used.postgresCpu / n }),
    },
  }
}

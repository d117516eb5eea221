import { setTimeout as pause } from 'node:timers/promises'
import { emitEvent, workEvents } from '../../src/kernel/events.ts'
import { Actor } from './actor.ts'
import type { Ledger } from './ledger.ts'
import { type Place, placesOf, readInput } from './program.ts'
import type { Remains } from './remains.ts'
import type { World } from './world.ts'

export const DAY_MS = 86_400_000

/** An emission, known by the id in its data. */
export type Emitted = Place & {
  /** The run that emitted it; null: somebody outside. */
  readonly by: string | null
  readonly sent: number
  answered: number | null
  /** Of one whose transaction was rolled back nobody may ever hear. */
  fate: 'open' | 'committed' | 'rolled back'
  /** Runs that it was said to have started. */
  started?: readonly string[]
}

const CALLS = { emit: 10, again: 3, undone: 3, start: 4, work: 8 } as const

/** Somebody outside who emits events, also in transactions that come to nothing, and works some of them off. */
export class Herald extends Actor {
  #count = 0

  async act(calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) {
      try {
        await this.#call(this.random.weighted(CALLS))
      } catch (error) {
        this.world.broke(this.name, error)
      }
      await pause(this.random.next() * 8)
    }
  }

  async #call(call: keyof typeof CALLS): Promise<void> {
    const { base, slot } = this.world
    const place = this.random.pick(placesOf(base))
    switch (call) {
      case 'emit':
        return this.#emit(`${this.name}-${++this.#count}`, place, {})
      case 'again': // by several, and yet one event
        return this.#emit(`again-${place.name}`, place, { dedupe_id: `${base}-again` })
      case 'undone':
        return this.#rollBack(place)
      case 'start':
        return this.#emit(`${this.name}-${++this.#count}`, { name: slot.startsOn, key: base }, {})
      case 'work':
        await hasten(this.world, this.random.chance(0.5))
        return void (await this.world.surely(() => workEvents(this.db)))
    }
  }

  async #emit(id: string, { name, key }: Place, options: { dedupe_id?: string }): Promise<void> {
    const { world } = this
    const { ledger } = world
    const known: Emitted = ledger.emissions.get(id) ?? {
      ...{ name, key, by: null, sent: ledger.tick(), answered: null, fate: 'open' },
    }
    ledger.emissions.set(id, known)
    ledger.note(this.name, `emits ${id} ${name}`)
    const event_id = world.drawId()
    const data = JSON.stringify({ id, seed: id, depth: 1, key, event: id, k: 0 })
    const { answer } = await world.surely(() =>
      emitEvent(this.db, name, data, { ...options, key, event_id }),
    )
    Object.assign(known, { fate: 'committed', answered: known.answered ?? ledger.tick() })
    known.started = answer.started
  }

  async #rollBack({ name, key }: Place): Promise<void> {
    const { ledger, lab } = this.world
    const id = `${this.name}-${++this.#count}`
    const known = { name, key, by: null, sent: ledger.tick(), answered: null }
    ledger.emissions.set(id, { ...known, fate: 'rolled back' })
    const client = await lab.pool.connect().catch(() => null)
    if (client === null) return
    const data = JSON.stringify({ id, seed: id, depth: 1, key, event: id, k: 0 })
    let broken = false
    try {
      await client.query('begin')
      await client.query('select millrace.emit_event($1, $2, $3)', [name, data, { key }])
      await pause(this.random.next() * 10)
      await client.query('rollback')
    } catch {
      broken = true // the server was killed
    } finally {
      client.release(broken)
    }
  }
}

/** What is to be looked at in a second is looked at now; not what nobody has a reason to look at. */
export async function hasten(
  { lab, base }: Pick<World, 'lab' | 'base'>,
  spreads: boolean,
): Promise<void> {
  await lab.ask(
    `update millrace.event_waits set look_at = millrace.clock() where ctid = any (array(
       select ctid from millrace.event_waits where look_at is not null and key = $1 for update skip locked))`,
    [base],
  )
  if (!spreads) return
  await lab.ask(
    `update millrace.events set spread_at = millrace.clock() where ctid = any (array(
       select ctid from millrace.events where spread_at is not null and key = $1 for update skip locked))`,
    [base],
  )
}

/** Events for those who wait for more than were emitted; what was emitted they have been given before. */
export async function helpWaiters(world: World, turn: number): Promise<void> {
  await hasten(world, true)
  await world.lab.ask('select millrace.work_events()')
  const { ledger, base, lab } = world
  if (turn % 4 !== 3) return
  for (const place of placesOf(base)) {
    const id = `healer-${place.name}-${turn}`
    const known = { ...place, by: null, sent: ledger.tick(), answered: null }
    ledger.emissions.set(id, { ...known, fate: 'open' })
    const data = JSON.stringify({ id })
    // what is asked is asked again when the server was killed meanwhile
    const options = { key: base, dedupe_id: `${base}-${id}` }
    await lab.ask('select millrace.emit_event($1, $2, $3)', [place.name, data, options])
  }
}

/** Runs, events and waits of a history, at one moment. $1: the key of its events */
export const EVENT_AUDIT = `
select 'waits for an event that it was never given: ' || e.data as what, w.run_id as run
from millrace.event_waits w join millrace.live l on l.run_id = w.run_id
join millrace.events e on e.tenant_id = w.tenant_id and e.message = w.message
where w.key = $1 and w.look_at is null and e.spread_at is null and e.keep_until >= w.at and l.state = 'w'
  and exists (select from unnest(l.wait_keys, l.wait_names) k (key, name) where k.key = w.step and k.name = w.message)
  and not exists (select from millrace.signals g where g.run_id = w.run_id and g.id = '$event:' || e.id)
union all
select 'waits for an event, and nobody knows', l.run_id from millrace.live l
where l.route_id = any ($2) and l.run_id >= $3 and l.state = 'w' and exists (
  select from unnest(l.wait_keys, l.wait_names) k (key, name) where k.name like '$event:%' and not exists (
    select from millrace.event_waits w where w.run_id = l.run_id and w.step = k.key and w.message = k.name))
union all
select format('was emitted %s times: %s', count(*), e.data::json ->> 'id'), 0 from millrace.events e
where e.key = $1 group by e.data::json ->> 'id' having count(*) > 1`

/** Each event came to each run at most once, in its order, and only if it was emitted. */
export async function checkEvents(
  { ledger, lab, base, slot }: World,
  remains: ReadonlyMap<string, Remains>,
): Promise<void> {
  const kept = await lab.ask<{ id: string }>(
    `select e.data::json ->> 'id' as id from millrace.events e where e.key = $1`,
    [base],
  )
  const there = new Set(kept.map(({ id }) => id))
  const said = new Set([...remains.values()].flatMap(({ journal }) => journal.map((r) => r.data)))
  for (const [id, { fate, by, name }] of ledger.emissions) {
    const isThere = there.has(id)
    if (fate === 'committed' && !isThere) ledger.violated(`event ${id} was emitted, and is lost`)
    if (fate === 'rolled back' && isThere)
      ledger.violated(`event ${id} was rolled back, and is there`)
    if (by !== null && isThere !== said.has(JSON.stringify(id)))
      ledger.violated(
        `run ${by} ${isThere ? 'emitted' : 'did not emit'} ${id}, its journal differs`,
      )
    if (name === slot.startsOn) checkStarted(ledger, id, isThere, remains)
  }
  for (const run of remains.values()) checkGiven(ledger, run)
}

/** An event that starts a workflow started one run, and told of it. */
function checkStarted(
  ledger: Ledger,
  id: string,
  isThere: boolean,
  remains: ReadonlyMap<string, Remains>,
): void {
  const runs = [...remains.values()].filter(
    ({ input, retriedFrom }) => retriedFrom === null && readInput(input).event === id,
  )
  if (runs.length !== (isThere ? 1 : 0))
    ledger.violated(`event ${id} started ${runs.length} runs: ${runs.map(({ run }) => run)}`)
  const told = ledger.emissions.get(id)?.started
  if (told && told.length !== 1) ledger.violated(`event ${id} says it started ${told}`)
}

function checkGiven(ledger: Ledger, { run, journal, items }: Remains): void {
  const given: Emitted[] = []
  for (const { kind, name, data } of journal) {
    const item = items.get(name ?? '')
    if (kind !== 'g' || item?.kind !== 'event' || data?.includes('forward')) continue
    const { id } = (JSON.parse(data ?? '') as { data: { id: string } }).data
    const event = ledger.emissions.get(id)
    if (!event || event.fate === 'rolled back')
      ledger.violated(`run ${run} got event ${id}, which nobody emitted`)
    else if (event.name !== item.event.name)
      ledger.violated(`run ${run} got event ${id} of another`)
    else if (given.includes(event)) ledger.violated(`run ${run} got event ${id} twice`)
    else given.push(event)
  }
  const all = [...ledger.emissions.values()]
  given.forEach((late, i) => {
    for (const early of all) {
      if (early.name !== late.name || early.answered === null || early.answered > late.sent)
        continue
      const place = given.indexOf(early)
      if (place < 0 || place > i) ledger.violated(`run ${run} got an event before an older one`)
    }
  })
}

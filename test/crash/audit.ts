import { EVENT_AUDIT } from './events.ts'
import { RULE_AUDIT } from './rules.ts'
import { SCHEDULE_AUDIT } from './schedules.ts'
import type { World } from './world.ts'

/**
 * What holds at every moment, whatever goes on: one statement, so one snapshot.
 * $1: the routes of the history, $2: the least id of its runs, $3 and $4: how many may have a worker, in all and for a key.
 */
const AUDIT = `
with mine as (select r.id from millrace.runs r where r.route_id = any ($1) and r.id >= $2),
journal as (
  select m.id, count(c.seq)::int as rows, coalesce(max(c.seq) + 1, 0) as length
  from mine m left join millrace.checkpoints c on c.run_id = m.id group by m.id),
alive as (select l.*, j.length from millrace.live l join journal j on j.id = l.run_id)
select 'has a gap in its journal' as what, j.id as run from journal j where j.rows <> j.length
union all
select 'is neither alive nor ended', m.id from mine m
where not exists (select from millrace.live l where l.run_id = m.id) and not exists (select from millrace.outcomes o where o.run_id = m.id)
union all
select 'has ended and is alive', a.run_id from alive a join millrace.outcomes o on o.run_id = a.run_id
union all
select 'waits for a message that is there', a.run_id from alive a
where a.state = 'w' and exists (
  select from millrace.signals g where g.run_id = a.run_id and g.taken is null and g.name = any (a.wait_names))
union all
select 'waits for a child that has ended', a.run_id from alive a, unnest(a.wait_names) n (name)
where a.state = 'w' and n.name like '$child:%' and exists (
  select from millrace.outcomes o where o.run_id = substr(n.name, 8)::bigint)
union all
select 'is leased to nobody', a.run_id from alive a
where a.state = 'l' and not exists (select from millrace.workers w where w.id = a.worker_id)
union all
select format('is in state %s and says its journal has %s rows, but it has %s', a.state, a.seq, a.length), a.run_id from alive a
where a.state <> 'l' and a.seq <> a.length or a.seq > a.length
union all
select 'wakes at another time than its waits say', a.run_id from alive a
where a.state = 'w' and a.wake_at is distinct from (select min(t) from unnest(a.wait_until) t)
union all
select 'has a message whose delivery is not in the journal', g.run_id from millrace.signals g join mine m on m.id = g.run_id
where g.taken is not null and not exists (
  select from millrace.checkpoints c where c.run_id = g.run_id and c.seq = g.taken and c.kind = 'g'
  -- of an event in a copied history only that it was had is kept
  and (c.data is not distinct from g.data or g.name = '$event' and g.data is null))
union all
select 'has ended and kept a message', g.run_id from millrace.signals g join millrace.outcomes o on o.run_id = g.run_id
where g.run_id in (select m.id from mine m)
union all
select format('is one of %s that have a worker, of at most %s', count(*), $3::int), min(a.run_id) from alive a
where a.state = 'l' having count(*) > $3::int
union all
select format('is one of %s with the key %s that have a worker, of at most %s', count(*), r.meta::json ->> 'keys', $4::int), min(a.run_id)
from alive a join millrace.runs r on r.id = a.run_id
where a.state = 'l' and r.meta::json -> 'keys' is not null group by r.meta::json ->> 'keys' having count(*) > $4::int`

/** Looks at all runs of a history at one moment. */
export async function audit(world: World): Promise<void> {
  const rows = await world.lab.ask<{ what: string; run: string }>(AUDIT, [
    world.slot.routes,
    world.base,
    world.slot.limits?.all ?? null,
    world.slot.limits?.key ?? null,
  ])
  for (const { what, run } of [...rows, ...(await auditMore(world))])
    world.ledger.violated(`run ${run} ${what}`)
}

/** What only some histories have. */
async function auditMore({
  has,
  lab,
  slot,
  base,
}: World): Promise<{ what: string; run: string }[]> {
  const mine = [slot.routes, base]
  return [
    ...(has.events ? await lab.ask<Found>(EVENT_AUDIT, [base, ...mine]) : []),
    ...(has.rules ? await lab.ask<Found>(RULE_AUDIT, mine) : []),
    ...(has.schedule ? await lab.ask<Found>(SCHEDULE_AUDIT, mine) : []),
  ]
}

type Found = { what: string; run: string }

/** Each message that was taken is in the buffer of its run while that lives: waiting, or with what it became. */
export async function auditMessages(world: World): Promise<void> {
  const taken = [...world.ledger.messages.values()].filter(({ accepted }) => accepted)
  const missing = await world.lab.ask<{ run: string; id: string }>(
    `select u.run, u.id from unnest($1::bigint[], $2::text[]) u (run, id) join millrace.live l on l.run_id = u.run
     where not exists (select from millrace.signals g where g.run_id = u.run and g.id = u.id)`,
    [taken.map(({ run }) => run), taken.map(({ id }) => id)],
  )
  for (const { run, id } of missing)
    world.ledger.violated(`run ${run} lost message ${id}, which it had taken`)
}

import { expect } from 'vitest'

type Queryable = { query(text: string): Promise<object[]> }

/**
 * What must hold between any two transactions, whatever was called in whatever order. Each is a
 * statement that finds offenders.
 */
const invariants: Record<string, string> = {
  'a journal has no gap': `
    select run_id, count(*), max(seq) from millrace.checkpoints group by run_id
    having count(*) <> max(seq) + 1`,
  'a run is alive or has an outcome, never both, never neither': `
    select r.id from millrace.runs r
    left join millrace.live l on l.run_id = r.id and l.task = 0
    left join millrace.outcomes o on o.run_id = r.id
    where (l.run_id is null) = (o.run_id is null)`,
  'nothing belongs to a run that is not there, or to another tenant than it': `
    select x.* from (
      select 'live', run_id, tenant_id from millrace.live
      union all select 'outcomes', run_id, tenant_id from millrace.outcomes
      union all select 'checkpoints', run_id, tenant_id from millrace.checkpoints
      union all select 'signals', run_id, tenant_id from millrace.signals
      union all select 'event_waits', run_id, tenant_id from millrace.event_waits
      union all select 'run_keys', run_id, tenant_id from millrace.run_keys
      union all select 'run_aliases', run_id, tenant_id from millrace.run_aliases
      union all select 'run_labels', run_id, tenant_id from millrace.run_labels
      union all select 'start_keys', run_id, tenant_id from millrace.start_keys
      union all select 'run_attributes', run_id, tenant_id from millrace.run_attributes
      union all select 'continuations', run_id, tenant_id from millrace.continuations
    ) x (place, run_id, tenant_id)
    left join millrace.runs r on r.id = x.run_id and r.tenant_id = x.tenant_id where r.id is null`,
  'a route is served by the rules of its workflow and queue': `
    select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
    join millrace.limits l on l.tenant_id = r.tenant_id and (l.kind, l.name) in (('w', w.name), ('q', r.queue))
    left join millrace.limited_routes m on m.route_id = r.id
    group by r.id, m.route_id, m.limits, m.free, m.paused
    having m.route_id is null or m.limits <> array_agg(l.id order by l.id) or m.free <> bool_and(l.rules = '{}')
      or m.paused <> bool_or(l.paused_at is not null)`,
  'what has no rules has no lanes': `
    select n.route_id, n.lane from millrace.lanes n join millrace.limited_routes m on m.route_id = n.route_id where m.free`,
  'a time of a schedule has one run': `
    select r.meta::json ->> 'tick' as tick from millrace.runs r where r.meta like '%"tick"%' group by 1 having count(*) > 1`,
  'no run waits for a message that is there': `
    select l.run_id, g.id from millrace.live l
    join millrace.signals g on g.run_id = l.run_id and g.taken is null and g.name = any (l.wait_names)
    where l.state = 'w'`,
  'the buffer of an ended run is empty': `
    select g.run_id, g.id from millrace.signals g join millrace.outcomes o on o.run_id = g.run_id`,
  'what an ended run waited for is forgotten': `
    select w.run_id, w.step from millrace.event_waits w join millrace.outcomes o on o.run_id = w.run_id`,
  'who waits for an event can be found': `
    select l.run_id, k.key from millrace.live l, unnest(l.wait_keys, l.wait_names) k (key, name)
    where k.name like '$event:%' and not exists (
      select from millrace.event_waits w where w.run_id = l.run_id and w.step = k.key and w.message = k.name)`,
  'no run waits for an event that it could have, once workers have looked': `
    select l.run_id, e.id from millrace.live l
    join millrace.event_waits w on w.run_id = l.run_id and w.look_at is null and w.message = any (l.wait_names)
    join millrace.events e on e.tenant_id = w.tenant_id and e.message = w.message and e.spread_at is null
      and e.keep_until >= w.at
    where l.state = 'w' and not exists (
      select from millrace.signals g where g.run_id = l.run_id and g.id = '$event:' || e.id)`,
  'a message that was taken is a row of the journal': `
    select g.run_id, g.id from millrace.signals g
    left join millrace.checkpoints c on c.run_id = g.run_id and c.seq = g.taken and c.kind = 'g'
    where g.taken >= 0 and c.run_id is null`,
  'a lease belongs to a registered worker of the same tenant': `
    select l.run_id, l.worker_id from millrace.live l
    left join millrace.workers w on w.id = l.worker_id and w.tenant_id = l.tenant_id
    where l.state = 'l' and w.id is null`,
  'a fence was drawn, and is that of one worker': `
    select l.fence from millrace.live l where l.fence is not null group by l.fence
    having count(distinct l.worker_id) > 1 or l.fence > (select last_value from millrace.fences)`,
  'outside a worker, seq is the length of the journal': `
    select l.run_id, l.seq from millrace.live l
    where l.state <> 'l'
      and l.seq <> (select count(*) from millrace.checkpoints c where c.run_id = l.run_id)`,
  'wake_at is the earliest time of a waiting run, and of no other': `
    select l.run_id from millrace.live l
    where l.wake_at is distinct from
          case when l.state = 'w' then (select min(t) from unnest(l.wait_until) t) end`,
  'the waits of a run are whole': `
    select l.run_id from millrace.live l
    where l.wait_keys is not null and (cardinality(l.wait_keys) = 0
       or cardinality(l.wait_keys) is distinct from cardinality(l.wait_names)
       or cardinality(l.wait_keys) is distinct from cardinality(l.wait_until))`,
  'no run waits for what its journal says has ended': `
    select l.run_id, c.name from millrace.live l
    join millrace.checkpoints c on c.run_id = l.run_id and c.kind in ('g', 't', 'o')
      and c.name = any (l.wait_keys) where l.state <> 'l'`,
  'the end of a child is known to its living parent': `
    select r.id from millrace.runs r join millrace.outcomes o on o.run_id = r.id
    join millrace.live l on l.run_id = (r.meta::json ->> 'parent')::bigint
    where millrace.next_of_chain(r.id) is null
      and not exists (select from millrace.signals g
                      where g.run_id = l.run_id and g.name = '$child:' || millrace.first_of_chain(r.id))`,
  'an index of attributes has what the run shows': `
    select a.run_id, d.name, a.key from millrace.run_attributes a
    join millrace.attributes d on d.id = a.attribute
    join millrace.runs r on r.id = a.run_id
    where a.key is distinct from
          millrace.attribute_key(d.type, millrace.shown_attributes(r.id, r.meta::json)::jsonb -> d.name)`,
  'a run that continues another goes on where that ended': `
    select c.run_id from millrace.continuations c left join millrace.outcomes o on o.run_id = c.from_run
    where (o.status, o.output) is distinct from ('c', null)`,
  'a cancel is the last row of its journal': `
    select o.run_id from millrace.outcomes o
    where (o.status = 'x') is distinct from coalesce((select c.kind = 'x' from millrace.checkpoints c
      where c.run_id = o.run_id order by c.seq desc limit 1), false)`,
}

/** Fails with all that does not hold. */
export async function checkInvariants(db: Queryable): Promise<void> {
  const broken: Record<string, unknown[]> = {}
  for (const [name, text] of Object.entries(invariants)) {
    const offenders = await db.query(text)
    if (offenders.length > 0) broken[name] = offenders.slice(0, 5)
  }
  expect(broken, 'invariants of the kernel').toEqual({})
}

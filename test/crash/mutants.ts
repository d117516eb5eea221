/**
 * A guard of the kernel, and the kernel without it. `from` stands in the file exactly once: when the
 * file changes, the mutant changes with it.
 */
export type Mutant = {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** A second place to change with the first. */
  readonly also?: readonly [from: string, to: string]
}

/** Widens a race now and then by up to so many ms; the kernel with its guard stands it too. */
const pause = (ms: number) =>
  `if random() < 0.2 then perform pg_sleep(random() * ${ms / 1000}); end if;`

const advance = 'task/advance_tasks.sql'
const claim = 'task/claim_tasks.sql'
const park = 'task/park_runs.sql'
const settle = 'task/settle.sql'
const goOn = 'continuation/continue_runs.sql'

export const MUTANTS: readonly Mutant[] = [
  // fences
  {
    name: 'an owner is not asked for its fence',
    file: 'task/lock_runs.sql',
    from: 'and l.fence = u.fence ',
    to: '',
  },
  {
    name: 'an owner that ends runs is not asked for its fence',
    file: advance,
    from: 'and l.fence = u.fence ',
    to: '',
  },
  {
    name: 'the fence is drawn before the rows are locked',
    file: claim,
    from: 'v_rows := case when i > 0',
    to: `v_fence := nextval('millrace.fences'); ${pause(100)} v_rows := case when i > 0`,
    also: ["v_fence := nextval('millrace.fences');  -- anew", '-- anew'],
  },
  {
    name: 'one fence for all routes of a claim',
    file: claim,
    from: "v_fence := nextval('millrace.fences');",
    to: `v_fence := coalesce(v_fence, nextval('millrace.fences')); ${pause(100)}`,
  },
  {
    name: 'what a stale owner did is recorded',
    file: 'task/append_rows.sql',
    from: 'where p_only is null or u.id = any (p_only);\nexception',
    to: ';\nexception',
  },
  {
    name: 'a stale owner is told that all is well',
    file: advance,
    from: 'where u.id <> all (v_only)',
    to: 'where false',
  },
  {
    name: 'children of a stale parent are started',
    file: 'task/start_children.sql',
    from: 'where p_only is null or (c ->>',
    to: 'where true or (c ->>',
  },
  // leases
  {
    name: 'recover forgets some',
    file: 'worker/hand_back.sql',
    from: 'order by l.turn\n',
    to: 'order by l.turn limit 1\n',
  },
  {
    name: 'a claim does not lock its worker',
    file: 'worker/lock_worker.sql',
    from: 'and w.expires_at > clock_timestamp() for key share;',
    to: `and w.expires_at > clock_timestamp(); ${pause(5)}`,
  },
  {
    name: 'a claim does not look at its epoch',
    file: 'worker/lock_worker.sql',
    from: 'and w.epoch = p_epoch ',
    to: '',
  },
  {
    name: 'a late heartbeat brings a lease back',
    file: 'worker/renew_lease.sql',
    from: 'where w.id = p_worker and w.expires_at > v_now;',
    to: 'where w.id = p_worker;',
  },
  {
    name: 'who is recovered in part looks alive until the rest is',
    file: 'worker/hand_back.sql',
    from: 'set recover_at = v_again',
    to: 'set expires_at = v_again',
  },
  {
    name: 'held_tasks does not wait for a claim',
    file: 'task/held_tasks.sql',
    from: 'where w.id = p_worker for update;',
    to: 'where w.id = p_worker;',
  },
  {
    name: 'neighbours of a suspect are blamed too',
    file: 'worker/hand_back.sql',
    from: '(v_row.shielded and',
    to: '(false and',
  },
  {
    name: 'a pause asked for is forgotten at recovery',
    file: 'worker/hand_back.sql',
    from: 'else v_row.ask end',
    to: 'end',
  },
  // undos
  {
    name: 'undos that were asked for are forgotten at recovery',
    file: 'worker/hand_back.sql',
    from: 'else x.data is not null end',
    to: "else x.data is not null and x.kind <> 'b' end",
  },
  {
    name: 'a cancelled run that has undos completes',
    file: advance,
    from: ' and l.undo_ask is null',
    to: '',
  },
  {
    name: 'what an owner says without the begin of the undos is taken',
    file: 'task/lock_runs.sql',
    from: 'where x.undo_ask is null or',
    to: 'where true or',
  },
  {
    name: 'a cancel does not look whether there is something to undo',
    file: 'run/cancel_runs.sql',
    from: 'p_at_once or u.undo is null or',
    to: 'true or',
  },
  // calls that are sent again
  {
    name: 'a sending that comes late is heeded',
    file: 'task/lock_runs.sql',
    from: 'and (l.stamp >= p_stamp) is not true',
    to: '',
  },
  {
    name: 'a claim keeps the stamp of the last owner',
    file: 'task/lease_rows.sql',
    from: ', stamp = null',
    to: '',
  },
  {
    name: 'a row that is there is an error',
    file: 'task/append_rows.sql',
    from: 'on conflict (run_id, seq) do nothing;',
    to: ';',
  },
  {
    name: 'a start sent again starts again',
    file: 'run/start_runs.sql',
    from: '(v_n = cardinality(p_ids) or',
    to: '(true or',
  },
  {
    name: 'a park sent again does not see what it wrote',
    file: park,
    from: 'or exists (select from millrace.checkpoints c where c.run_id = u.id and c.seq >= u.seq)',
    to: '',
  },
  // messages
  {
    name: 'a park does not look at the buffer',
    file: park,
    from: 'or exists (select from millrace.signals g',
    to: 'or exists (select from millrace.signals g where false) and exists (select from millrace.signals g',
  },
  {
    name: 'a message is put without the lock',
    file: 'signal/send_signals.sql',
    from: 'order by l.run_id for update);',
    to: 'order by l.run_id);',
  },
  {
    name: 'a message wakes nobody',
    file: 'signal/put_signal.sql',
    from: "if v_live.state = 'w' then",
    to: "if v_live.state = 'W' then",
  },
  {
    name: 'a message is not marked as taken',
    file: settle,
    from: 'set taken = v_seq where',
    to: 'set taken = null where',
  },
  {
    name: 'a message is deleted when it is taken',
    file: settle,
    from: 'update millrace.signals g set taken = v_seq where',
    to: 'delete from millrace.signals g where',
  },
  {
    name: 'the last message comes first',
    file: settle,
    from: 'order by g.nth limit 1',
    to: 'order by g.nth desc limit 1',
  },
  {
    name: 'a child does not tell its parent',
    file: 'run/end_runs.sql',
    from: 'and u.parent is not null and',
    to: 'and false and',
  },
  {
    name: 'a child tells its parent without its lock',
    file: 'task/lock_runs.sql',
    from: "if array_remove(p_parents, null) <> '{}' then",
    to: 'if false then',
  },
  // time
  {
    name: 'timers fire early',
    file: 'timer/tick.sql',
    from: 'v_now    timestamptz := millrace.clock();',
    to: "v_now    timestamptz := millrace.clock() + interval '50 ms';",
  },
  {
    name: 'an owner is told of a timer before its time',
    file: 'task/lease_rows.sql',
    from: '(w.until <= p_now or p_ahead)',
    to: "(w.until <= p_now + interval '1 h')",
  },
  {
    name: 'what is leased ahead of its time may go on at once',
    file: 'task/lease_rows.sql',
    from: 'case when p_ahead then ceil(',
    to: 'case when p_ahead then 0 * ceil(',
  },
  {
    name: 'a sleeper that also waits for other things is claimed like one that does not',
    file: 'task/claim_due.sql',
    from: 'and cardinality(l.wait_keys) = 1 as plain',
    to: 'as plain',
  },
  {
    name: 'a wait that was begun before ends at once',
    file: park,
    from: 'else (select min(b.until) from unnest(o.wait_keys, o.wait_until) b (key, until) where b.key = e.key) end',
    to: 'when e.name is null then p_now end',
  },
  {
    name: 'a wake drops the other waits',
    file: 'task/wake.sql',
    from: 'and w.key <> all (p_ended)',
    to: 'and false',
  },
  {
    name: 'a resume forgets what the run waited for',
    file: 'run/resume_workflow.sql',
    from: 'array_remove(array[v_key], null)',
    to: "coalesce(v_live.wait_keys, '{}')",
  },
  // limits
  {
    name: 'two hand out the runs of one limit at once',
    file: 'limit/lock_limits.sql',
    from: ' for no key update skip locked',
    to: ' ',
  },
  {
    name: 'leases do not count',
    file: 'limit/gate_use.sql',
    from: "where l.state = 'l' and",
    to: "where l.state = 'L' and",
  },
  {
    name: 'what one claim gives does not count in it',
    file: 'limit/claim_lanes.sql',
    from: '(v_had + v_take)::text',
    to: 'v_had::text',
  },
  {
    name: 'a suspect passes a full gate',
    file: 'limit/take_suspect.sql',
    from: 'and not n.gates && p_full and not n.gates && p_shut',
    to: '',
  },
  {
    name: 'a lane that came late is not found',
    file: 'limit/open_lanes.sql',
    from: 'v_lanes := v_lanes || array(select millrace.new_lanes(p_route));',
    to: '',
    also: [
      'l.turn > v_route.seen_turn order by',
      `l.turn > v_route.seen_turn and random() < 0.9 order by`,
    ],
  },
  // ends
  {
    name: 'a cancelled run stays in its place',
    file: 'run/cancel_runs.sql',
    from: 'delete from millrace.live l where l.run_id = any (v_gone) returning l.run_id, l.buffered, l.lane)',
    to: 'select l.run_id, l.buffered, l.lane from millrace.live l where l.run_id = any (v_gone))',
  },
  {
    name: 'an ended run stays in its place',
    file: advance,
    from: "where u.op in ('c', 'f', 'x') and l.run_id = u.id and (v_only",
    to: "where false and u.op in ('c', 'f', 'x') and l.run_id = u.id and (v_only",
  },
  // events
  {
    name: 'an emission that is sent again is another event',
    file: 'event/put_event.sql',
    from: 'v_id      bigint := p_id;',
    to: 'v_id      bigint := millrace.take_ids();',
  },
  {
    name: 'an event with a dedupe id is emitted again',
    file: 'event/put_event.sql',
    from: 'p_name, p_key, v_message, p_dedupe, p_data)',
    to: 'p_name, p_key, v_message, null, p_data)',
  },
  {
    name: 'a stale owner emits events',
    file: 'event/advance_events.sql',
    from: "where p_only is null or (e.value ->> 'run')::bigint = any (p_only);",
    to: ';',
  },
  {
    name: 'a wait does not look for what is kept',
    file: 'event/advance_events.sql',
    from: 'perform millrace.feed_waits(p_tenant, v_runs, p_now);',
    to: '',
    also: ["p_now + interval '1 s'", 'null'],
  },
  {
    name: 'nobody looks once more for a new wait',
    file: 'event/look_events.sql',
    from: 'where w.look_at <= p_now',
    to: 'where false and w.look_at <= p_now',
  },
  {
    name: 'an event is spread to nobody after its commit',
    file: 'event/spread_events.sql',
    from: 'w.run_id > v_event.spread_to',
    to: 'false',
  },
  {
    name: 'who waits is given the newest event',
    file: 'event/next_events.sql',
    from: 'order by x.nth limit 1) e',
    to: 'order by x.nth desc limit 1) e',
  },
  {
    name: 'a run that others hold never gets its event',
    file: 'event/spread_events.sql',
    from: "when v_event.held then p_now + interval '1 s' end",
    to: 'end',
  },
  // rules of starts
  {
    name: 'two take the key of a singleton at once',
    file: 'start/lock_start_keys.sql',
    from: 'do update set at = excluded.at where false;',
    to: 'do nothing;',
  },
  {
    name: 'a singleton that has a run is started again',
    file: 'start/rule_holder.sql',
    from: "then l.undo is distinct from 'b'",
    to: 'then false',
  },
  {
    name: 'what a singleton replaces lives on',
    file: 'start/follow_rules.sql',
    from: "if v_one.verdict = 'x' then",
    to: "if v_one.verdict = 'x' then continue;",
  },
  {
    name: 'a start that went into a batch goes there again',
    file: 'start/judge_starts.sql',
    from: "if v_told in ('d', 'b') then",
    to: "if v_told = 'd' then",
  },
  {
    name: 'a start that was debounced is so again',
    file: 'start/judge_starts.sql',
    from: "if v_told in ('d', 'b') then",
    to: "if v_told = 'b' then",
  },
  {
    name: 'a batch takes more than it has room for',
    file: 'start/rule_holder.sql',
    from: "k.inputs < (p_body ->> 'size')::int and",
    to: '',
  },
  {
    name: 'an input goes into a batch that has begun',
    file: 'start/rule_holder.sql',
    from: "else l.state in ('w', 'p') and l.wait_keys = '{~start}' and l.wait_until[1] > p_now end",
    to: 'else true end',
  },
  {
    name: 'the first of the starts that are debounced counts',
    file: 'start/debounce_runs.sql',
    from: 'set input = v_last.input,',
    to: 'set',
  },
  {
    name: 'a debounced run begins when its first start said',
    file: 'start/debounce_runs.sql',
    from: "wake_at = case l.state when 'w' then v_begins end, wait_until = array[v_begins]",
    to: 'wake_at = l.wake_at',
  },
  {
    name: 'the period of a throttle does not count',
    file: 'start/rule_holder.sql',
    from: "< (p_body ->> 'period_ms')::bigint",
    to: '< 0',
  },
  {
    name: 'a run that began in time fails for it',
    file: 'start/spare_begun.sql',
    from: 'and l.stamp is distinct from 0 and',
    to: 'and false and',
  },
  // schedules
  {
    name: 'a schedule forgets the times that wait',
    file: 'schedule/fire_schedule.sql',
    from: 'v_wait := v_todo[cardinality(v_start) + 1:];',
    to: "v_wait := '{}';",
  },
  {
    name: 'the next of a schedule does not wait for its last',
    file: 'schedule/fire_schedule.sql',
    from: "case when v_live then '{}' else v_todo[:1] end",
    to: 'v_todo[:1]',
  },
  {
    name: 'a schedule replaces nothing',
    file: 'schedule/fire_schedule.sql',
    from: "if v_row.overlap = 'replace' and v_live then",
    to: 'if false then',
  },
  {
    name: 'a schedule that somebody else fired is fired again',
    file: 'schedule/fire_schedule.sql',
    from: 'where s.id = p_id and s.revision = p_revision and s.wake_at is not null order by s.id',
    to: 'where s.id = p_id and s.wake_at is not null order by s.id',
    also: ['millrace.take_ids(), true)', 'millrace.take_ids(), false)'],
  },
  {
    name: 'a schedule goes on without the runs of its times',
    file: 'schedule/fire_schedule.sql',
    from: "if v_start <> '{}' then",
    to: "if v_start <> '{}' and random() < 0.9 then",
  },
  // runs that continue as others
  {
    name: 'a stale owner has its run continue',
    file: goOn,
    from: 'where p_only is null or r.id = any (p_only)',
    to: '',
  },
  {
    name: 'messages end with the run that continues',
    file: goOn,
    from: 'and (g.taken is null or g.taken >= 0)',
    to: 'and false',
  },
  {
    name: 'a message that was taken goes on as a new one',
    file: goOn,
    from: 'taken = case when g.taken is not null then -1 end',
    to: 'taken = null',
  },
  {
    name: 'a run that continues has all its time again',
    file: goOn,
    from: 'set timeout_at = o.timeout_at',
    to: 'set timeout_at = n.timeout_at',
  },
  {
    name: 'a parent waits for the first of a chain, and the last tells its own name',
    file: 'run/end_runs.sql',
    from: 'millrace.first_of_chain(u.id)',
    to: 'u.id',
  },
]

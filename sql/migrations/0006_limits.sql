-- What workers hand out by rules: limits of concurrency and rate, fairness between keys, pauses of a queue, a workflow or all.
-- A run that is started where such rules are has a lane: a hash of its workflow and of what the rules' keys are in its input.
-- The lease makes it odd: a run that has begun is past its rate limits.
alter table millrace.live alter column lane type bigint;
create index live_lanes on millrace.live (route_id, turn) where state = 'q' and lane <> 0;   -- what came since one looked last
create index live_slots on millrace.live (route_id, lane) where state = 'l' and lane <> 0;   -- the leases are the slots: nothing counts them

create table millrace.limits (        -- the rules of a workflow or a queue. Its row is the mutex of those who hand out its runs
  id        int         not null generated always as identity,
  tenant_id int         not null,
  kind      "char"      not null,     -- w workflow · q queue
  name      text        not null,
  rules     jsonb       not null default '{}',  -- {concurrency: [{limit, key: [path]}], rate: [{limit, period_ms, burst, key}],
                                                -- fairness: {key, weight: path}}
  paused_at timestamptz,              -- nothing is handed out since then
  paused_by text,
  pause_reason text,
  constraint limits_pkey primary key (id),
  constraint limits_key unique (tenant_id, kind, name),
  constraint limits_kind_known check (kind in ('w', 'q')),
  constraint limits_rules_form check (jsonb_typeof(rules) = 'object')
) with (fillfactor = 50);

alter table millrace.tenants add column paused_at timestamptz, add column paused_by text, add column pause_reason text;

create table millrace.limited_routes ( -- the routes whose runs are handed out by rules, and how far that is
  route_id  int              not null,
  tenant_id int              not null,
  limits    int[]            not null,  -- of its workflow, of its queue
  gates     bigint[]         not null default '{}',  -- of the rules of concurrency that hold for all of its runs alike,
  caps      int[]            not null default '{}',  -- and their limits
  seen_turn bigint           not null default 0,  -- up to here the queue was looked through for lanes that are not known yet
  vtime     double precision not null default 0,  -- of the lane that was served last: a lane that comes begins there
  constraint limited_routes_pkey primary key (route_id)
) with (fillfactor = 50);
create index limited_routes_by_tenant on millrace.limited_routes (tenant_id);

create table millrace.lanes (          -- those with runs that wait for a worker or have one; written only under the mutex
  route_id  int              not null,
  lane      bigint           not null,  -- even: of those that have begun and those that have not
  tenant_id int              not null,
  keys      jsonb            not null,  -- path: value
  gates     bigint[]         not null,  -- of the rules of concurrency that hold for it, a hash for each,
  caps      int[]            not null,  -- and their limits
  own       bigint,                     -- the gate that no other key shares, if there is one
  meters    bigint[]         not null,  -- of the rules of rate, for runs that have not begun;
  rates     double precision[] not null,  -- tokens a second,
  bursts    int[]            not null,    -- and the most of them
  weight    double precision not null default 1,
  vtime     double precision not null,  -- what it was given, by weight: the least is served first
  begun     boolean          not null default false,  -- runs that have begun are queued
  fresh     boolean          not null default false,  -- others are,
  opens_at  timestamptz,                -- and may not begin before: their rate is used up
  begun_after bigint         not null default 0,  -- where the last look at them ended in the queue: before it lie dead entries,
  fresh_after bigint         not null default 0,  -- and what committed late, which a sweep finds
  constraint lanes_pkey primary key (route_id, lane),
  constraint lanes_caps check (cardinality(caps) = cardinality(gates)),
  constraint lanes_rates check (cardinality(rates) = cardinality(meters) and cardinality(bursts) = cardinality(meters))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index lanes_ready on millrace.lanes (route_id, vtime, lane) where begun or fresh and opens_at is null;
create index lanes_closed on millrace.lanes (opens_at) where opens_at is not null;

create table millrace.meters (         -- token buckets that are not full
  id        bigint           not null,
  tenant_id int              not null,
  tokens    double precision not null,
  at        timestamptz      not null,
  full_at   timestamptz      not null,  -- then the row says nothing any more
  constraint meters_pkey primary key (id)
) with (fillfactor = 50);
create index meters_full on millrace.meters (full_at);

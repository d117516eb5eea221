-- The tables of the engine. Three kinds, and a table is of exactly one of them:
--   configuration  tenants, workflows, routes: small, rarely written
--   cold           runs, checkpoints, outcomes and what is looked up beside them: inserted once, never updated
--   hot            live, signals, workers, watchers: narrow, and their rows are deleted when done
-- Truth is in the cold tables. A run is finished if and only if it has an outcome; it is alive if and only if it has
-- a row in live. Every row carries its tenant, and every unique key over values that users choose begins with it.

create sequence millrace.numbers;  -- one draw gives 1,024 run ids (or places in the queue): number * 1024 + offset
create sequence millrace.arrivals; -- of signals: one draw for each, under the run's lock
create sequence millrace.fences;   -- one draw for each claim; the bits above the 42nd are the incarnation (set_incarnation)

---------------------------------------------------------------------------------------------------- configuration
create table millrace.tenants (
  id         int         not null generated always as identity,
  slug       text        not null,
  created_at timestamptz not null default now(),
  constraint tenants_pkey primary key (id),
  constraint tenants_slug_key unique (slug),
  constraint tenants_slug_form check (slug ~ '^[A-Za-z0-9_.: -]{1,128}$')
);
insert into millrace.tenants (slug) values ('default');

create table millrace.workflows (   -- one row for each version of a workflow that a worker or a client registered
  id         int         not null generated always as identity,
  tenant_id  int         not null,
  name       text        not null,
  version    text        not null,
  definition jsonb       not null default '{}',  -- kind, queue, priority, timeout_ms and the like, as registered last
  created_at timestamptz not null default now(),
  registered_at timestamptz not null default clock_timestamp(),  -- the last time: a start without a version takes the latest
  constraint workflows_pkey primary key (id),
  constraint workflows_name_key unique (tenant_id, name, version),
  constraint workflows_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}$'),
  constraint workflows_version_form check (version ~ '^[A-Za-z0-9_.: -]{1,128}$'),
  constraint workflows_definition_form check (jsonb_typeof(definition) = 'object')
);

create table millrace.routes (      -- interned (workflow version, queue, priority): what a claim looks for
  id          int      not null generated always as identity,
  tenant_id   int      not null,
  workflow_id int      not null,
  queue       text     not null,
  priority    smallint not null,
  constraint routes_pkey primary key (id),
  constraint routes_key unique (tenant_id, workflow_id, queue, priority),
  constraint routes_queue_form check (queue ~ '^[A-Za-z0-9_.: -]{1,128}$'),
  constraint routes_priority_range check (priority between -1000 and 1000)
);

---------------------------------------------------------------------------------------------------- cold
create table millrace.runs (
  id         bigint      not null,
  created_at timestamptz not null,
  tenant_id  int         not null,
  route_id   int         not null,
  input      text,                  -- JSON as text: never parsed by the hot path, 1.9 to 2.7 times cheaper to write than jsonb
  meta       text,                  -- JSON, null for most: resource, key, tags, parent, retried_from, timeout_ms, actor …
  constraint runs_pkey primary key (id)
) partition by range (id);
create table millrace.runs_0 partition of millrace.runs for values from (minvalue) to (maxvalue);
create index runs_by_route on millrace.runs (route_id, id);  -- lists, newest first; a tenant's list merges its routes

create table millrace.checkpoints (  -- a run's journal, timeline and audit log
  run_id    bigint      not null,
  at        timestamptz not null,
  seq       int         not null,    -- 0, 1, 2, … without gaps: the owner appends, or whoever holds the live row of a run without one
  tenant_id int         not null,
  kind      "char"      not null,    -- r result · e attempt failed · f step failed for good · g wait ended by a message · t time
                                     -- is over · o no message came in time · c child started · h attempt of the handler failed · p paused · u resumed
                                     -- d owner died · x cancelled · v moved to another version
                                     -- m what it took at a change of its code (step.patched) · s a value that it published
  name      text,                    -- the step's key: its id, and from its second call on a count
  data      text,                    -- JSON, or null for undefined
  begun     int,                     -- of a step's attempt: the length of the journal when it began, where that is not seq, because
                                     -- other steps ran beside it
  constraint checkpoints_pkey primary key (run_id, seq),
  constraint checkpoints_seq_natural check (seq >= 0)
) partition by range (run_id);
create table millrace.checkpoints_0 partition of millrace.checkpoints for values from (minvalue) to (maxvalue);

create index checkpoints_published on millrace.checkpoints (run_id) where kind = 's';  -- no row of others, no cost

create table millrace.outcomes (
  run_id    bigint      not null,
  at        timestamptz not null,
  tenant_id int         not null,
  status    "char"      not null,   -- c completed · f failed · x cancelled
  tail      text,                   -- JSON, [[kind, name, data], …]: the last checkpoints, recorded with the completion; a kind
                                    -- with = behind it: the data are the output; with a number: begun
  output    text,                   -- JSON: the output, or the failure
  constraint outcomes_pkey primary key (run_id),   -- terminal is final: there is room for one
  constraint outcomes_status_known check (status in ('c', 'f', 'x'))
) partition by range (run_id);
create table millrace.outcomes_0 partition of millrace.outcomes for values from (minvalue) to (maxvalue);
create index outcomes_unhappy on millrace.outcomes (tenant_id, status, run_id) where status <> 'c';

create table millrace.run_labels (   -- only for runs that were given a resource, tags or attributes
  tenant_id int    not null,
  kind      "char" not null,         -- r resource · t tag
  value     text   not null,
  run_id    bigint not null,
  constraint run_labels_pkey primary key (tenant_id, kind, value, run_id)
);
create table millrace.run_keys (     -- only for runs started with an idempotency key, and for the retry of a run ('$retry', its id)
  tenant_id int    not null,
  workflow  text   not null,
  key       text   not null,
  run_id    bigint not null,
  constraint run_keys_pkey primary key (tenant_id, workflow, key)
);
create table millrace.run_aliases (  -- only for runs started with a UUID of the caller's own
  tenant_id int    not null,
  alias     uuid   not null,
  run_id    bigint not null,
  constraint run_aliases_pkey primary key (tenant_id, alias)
);

---------------------------------------------------------------------------------------------------- hot
create table millrace.live (        -- a run's place and its mutex: whoever changes a run's fate locks this row first
  -- what changes comes last: of an update within a page only the part from the first changed byte is written to the WAL
  run_id     bigint   not null,
  turn       bigint   not null,     -- place in the queue, drawn anew at every wake: ready work is always at the tail,
                                    -- so that a claim may start where the last one ended
  timeout_at timestamptz,           -- the whole run fails then, whatever it does
  tenant_id  int      not null,
  route_id   int      not null,
  lane       int      not null default 0,  -- fairness key; 0 where the queue has none
  task       int      not null default 0,  -- 0 is the run itself
  seq        int      not null default 0,  -- length of the journal when the run last left a worker
  crashes    smallint not null default 0,  -- owners that died in a row without recording anything
  buffered   smallint,              -- callers' signals that no wait has taken yet; null: it was never sent a
                                    -- message, nor asked people
  state      "char"   not null,     -- q queued · s queued, suspected of killing its workers · l leased · w waiting · p paused
  reason     "char",                -- of a pause: p person · c poison (crashes) · h history mismatch · l limit · s step.pause
  fence      bigint,                -- proves the lease; drawn after the rows are locked, so that it only rises
  worker_id  bigint,
  stamp      bigint,                -- of the call that brought the waits, in this lease: a call with a lower one came late
  wake_at    timestamptz,           -- the earliest of wait_until; null: only a message ends the wait
  ask        text,                  -- a pause asked for while leased: JSON of its journal row, applied at the owner's next write
  wait_keys  text[],                -- the waits of the run: the step's key (a leading ~: ends without a journal row),
  wait_names text[],                -- the message that ends it (null: only time does),
  wait_until timestamptz[],         -- and when time does (null: never). They outlive a wake that ended only some of them
  constraint live_pkey primary key (run_id, task),
  constraint live_state_known check (state in ('q', 's', 'l', 'w', 'p')),
  constraint live_lease check ((state = 'l') = (fence is not null) and (fence is null) = (worker_id is null)),
  constraint live_wait check (state <> 'w' or wait_keys is not null),
  constraint live_pause check ((state = 'p') = (reason is not null)),
  constraint live_ask check (ask is null or state = 'l')
) with (fillfactor = 45,  -- each row is written again at least once, by its claim: on the same page that costs half the WAL
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index live_queued on millrace.live (route_id, lane, turn) where state = 'q';
create index live_suspect on millrace.live (route_id, turn) where state = 's';
create index live_due on millrace.live (wake_at) where state = 'w' and wake_at is not null;
create index live_timeout on millrace.live (timeout_at) where timeout_at is not null;
-- no index on worker_id: recovery scans live, twice for each dead worker; an index would tax every claim

create table millrace.queue_heads (  -- where the queue of a route begins, as sweeps found it: a new worker looks from there, not among
  route_id  int    not null,          -- the dead entries before it, which nothing removes while a session holds a snapshot
  tenant_id int    not null,
  turn      bigint not null,
  sweep_ms  int    not null,          -- how long the last sweep of that queue took
  constraint queue_heads_pkey primary key (route_id)
) with (fillfactor = 50);

create table millrace.signals (     -- buffered from the moment the run exists, first in first out
  run_id    bigint      not null,
  at        timestamptz not null,
  tenant_id int         not null,
  nth       bigint      not null,   -- order of arrival: from a sequence, so that it costs the same however many there are
  taken     int,                    -- seq of the checkpoint it became. The row stays until the run ends: were it deleted on
                                    -- delivery, a signal sent again after a lost reply would count twice
  id        text        not null,   -- chosen by the sender: sending twice is sending once
  name      text        not null,
  data      text,
  constraint signals_pkey primary key (run_id, id),
  constraint signals_name_form check (name ~ '^[A-Za-z0-9_.: $-]{1,160}$')
);
create index signals_untaken on millrace.signals (run_id, name, nth) where taken is null;

create table millrace.workers (     -- one heartbeat row for each process
  id         bigint      not null,
  expires_at timestamptz not null,  -- by the wall clock, also under a test clock: a lease measures a process
  tenant_id  int         not null,
  epoch      int         not null default 0,  -- raised by held_tasks: refuses a claim that is still on its way
  info       jsonb       not null,  -- host, pid, version, queues, workflows
  running    jsonb,                 -- steps that have run for longer than half a second, so that people can see them
  started_at timestamptz not null,
  constraint workers_pkey primary key (id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table millrace.idle_workers (  -- the mark that a worker sleeps until it is woken: hint deletes it. Not a column of workers:
  worker_id bigint not null,          -- a start in a user's transaction that stays open would hold the worker's row, and
  tenant_id int    not null,          -- with it the heartbeat, until the lease is over
  constraint idle_workers_pkey primary key (worker_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table millrace.watchers (    -- one row for each process that waits for runs to end: while there is one, advance notifies
  id         bigint      not null,
  tenant_id  int         not null,
  expires_at timestamptz not null,
  constraint watchers_pkey primary key (id)
) with (fillfactor = 50);

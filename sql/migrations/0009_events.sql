-- Events: facts that are broadcast under a name and a key. Any number of runs wait for one, and it may start runs.
create sequence millrace.emissions;  -- the order in which events were emitted

create table millrace.events (         -- for as long as they are kept
  id         bigint      not null,     -- drawn before: sent again, it is the same event
  at         timestamptz not null,
  keep_until timestamptz not null,     -- a run that begins to wait until then gets it
  spread_at  timestamptz,              -- when somebody shall look next for runs that wait for it; null: all have it
  spread_to  bigint      not null default 0,  -- of this look: the last run
  tenant_id  int         not null,
  nth        bigint      not null,     -- order of emission: ids are drawn ahead
  matched    int         not null,     -- runs that waited for it
  held       boolean     not null default false,  -- of this look: others held one of them
  name       text        not null,
  key        text        not null,
  message    text        not null,     -- under which runs wait: event_message
  dedupe_id  text,
  data       text,                     -- JSON
  started    uuid[]      not null default '{}',  -- the runs that it started
  constraint events_pkey primary key (id),
  constraint events_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}$'),
  constraint events_key_length check (length(key) between 1 and 256)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create unique index events_dedupe on millrace.events (tenant_id, name, dedupe_id) where dedupe_id is not null;
create index events_by_message on millrace.events (tenant_id, message, nth);
create index events_by_time on millrace.events (tenant_id, at);  -- not by nth: what is given to runs would be looked for in it
create index events_spreading on millrace.events (spread_at) where spread_at is not null;
create index events_over on millrace.events (keep_until) where spread_at is null;

create table millrace.event_waits (    -- where to look for the runs that wait for an event. What counts is live: a row here may be
  run_id    bigint      not null,      -- left over from a wait that ended otherwise, until somebody looks
  at        timestamptz not null,      -- since when it waits
  look_at   timestamptz,               -- when to look for an event that was emitted in the moment in which the wait began; null: done
  tenant_id int         not null,
  step      text        not null,      -- the key of the step
  message   text        not null,
  name      text        not null,
  key       text        not null,
  constraint event_waits_pkey primary key (run_id, step, message)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index event_waits_by_message on millrace.event_waits (tenant_id, message, run_id);
create index event_waits_looks on millrace.event_waits (look_at) where look_at is not null;

create table millrace.event_starts (   -- the workflow versions of which an event starts a run
  tenant_id   int  not null,
  event       text not null,
  key         text not null,           -- '': whatever its key
  workflow_id int  not null,
  constraint event_starts_pkey primary key (tenant_id, event, key, workflow_id)
);

-- Rules by which runs are started at their times. Any worker looks at those that are due, and starts each time's run once.
create table millrace.schedules (
  id           bigint      not null generated always as identity,
  tenant_id    int         not null,
  name         text        not null,     -- as people know it; with # and a number: declared in the code of its workflow
  workflow     text        not null,
  cron         text,                     -- one of the two: what a cron means only workers know
  every_ms     bigint,
  anchor_at    timestamptz,              -- every counts from here, so that it does not drift
  timezone     text        not null,     -- of the cron
  overlap      text        not null,     -- while the last run is live
  catch_up     text        not null,     -- after a time without any worker
  input        text,                     -- of its runs, JSON
  options      jsonb       not null,     -- of its runs, as of start_workflow
  declared     text,                     -- the version whose code declares it; null: it was put at run time
  created_at   timestamptz not null,
  revision     int         not null default 0,     -- raised by each change and each firing: who fires says which one it saw
  after_at     timestamptz not null,     -- of its times those after this one are still to come,
  next_at      timestamptz,              -- and this is the next of them; null: a worker has to work it out, or there is none
  wake_at      timestamptz,              -- when a worker shall look at it; null: never, as it is
  waiting      timestamptz[] not null default '{}',  -- times that have come and wait for the end of the last run,
  waits_for    bigint,                   -- which is this one
  last_at      timestamptz,              -- the last time for which a run was started
  last_run     bigint,                   -- and the run that was started last, by a person too
  skipped      bigint      not null default 0,     -- times that got no run, because the one before was live
  problem      jsonb,                    -- why it starts nothing: {code, message, at}
  note         jsonb,                    -- what became of times that were too many: {code, message, at}
  paused_at    timestamptz,
  paused_by    text,
  pause_reason text,
  constraint schedules_pkey primary key (id),
  constraint schedules_key unique (tenant_id, name),
  constraint schedules_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}(#[0-9]{1,3})?$'),
  constraint schedules_rule check ((cron is null) <> (every_ms is null) and (every_ms is null) = (anchor_at is null)),
  constraint schedules_overlap_known check (overlap in ('skip', 'queue', 'allow', 'replace')),
  constraint schedules_catch_up_known check (catch_up in ('none', 'one', 'all')),
  constraint schedules_waiting check (waits_for is null or waiting <> '{}'),
  constraint schedules_pause check (paused_at is null or wake_at is null)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create index schedules_due on millrace.schedules (wake_at) where wake_at is not null;
create index schedules_waiting on millrace.schedules (waits_for) where waits_for is not null;

alter table millrace.workers add column drain_at timestamptz;  -- an operator told it then to finish what it has, and to end

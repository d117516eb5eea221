-- What is decided at a start: one live run for a key (singleton), one start in a period (throttle), the last start in a quiet period
-- (debounce), several starts in one run (batch). A start whose meta has no rules does not look here.
create table millrace.start_keys (   -- the key of a rule and the run that stands for it: the mutex of those who start runs with that key
  tenant_id int         not null,
  workflow  text        not null,
  rule      text        not null,    -- singleton · throttle · debounce · batch
  key       bytea       not null,    -- a hash of the values at the paths of the rule
  run_id    bigint      not null,    -- never taken away at its end: whether it is alive, or has begun, is asked when it matters
  at        timestamptz not null,    -- when that run was started
  inputs    int,                     -- of a batch: how many it has,
  bytes     int,                     -- and their size
  constraint start_keys_pkey primary key (tenant_id, workflow, rule, key),
  constraint start_keys_rule_known check (rule in ('singleton', 'throttle', 'debounce', 'batch'))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

create table millrace.merged_starts (  -- starts that gave their input to a run that had not begun: sent again, they shall do nothing.
  start_id  bigint      not null,         -- the id that was drawn for it. Kept for a day
  tenant_id int         not null,
  run_id    bigint      not null,
  at        timestamptz not null,
  constraint merged_starts_pkey primary key (start_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index merged_starts_old on millrace.merged_starts (at);

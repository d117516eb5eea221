-- What happens to runs, told while it happens: who follows what, the feed of a tenant, chunks too large for a notification; and logs.
create sequence millrace.feed_numbers;   -- places in feeds: drawn under the lock of the run, so that they rise for each run
create sequence millrace.chunk_numbers;
create sequence millrace.log_numbers;
select setval('millrace.feed_numbers', 1);  -- its last value is one that was drawn

create table millrace.follows (          -- what processes follow at present: while there is no row, nothing is told to anybody
  run_id     bigint      not null,       -- 0: the feed of the tenant
  tenant_id  int         not null,
  follower   text        not null,       -- the channel on which that process listens, made of chance: nobody else hears what it is told;
                                         -- empty: the feed of the tenant is written
  expires_at timestamptz not null,
  constraint follows_pkey primary key (run_id, tenant_id, follower),
  constraint follows_follower_form check (follower ~ '^([0-9a-f]{32})?$')
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create index follows_over on millrace.follows (expires_at);

create table millrace.feeds (            -- of tenants whose feed is written
  tenant_id int    not null,
  since     bigint not null,             -- up to here it has nothing any more
  final     bigint not null,             -- up to here nothing can come any more: every transaction that could has ended
  mark      bigint,                      -- becomes final
  mark_xid  xid8,                        -- once every transaction before this one has ended
  constraint feeds_pkey primary key (tenant_id)
) with (fillfactor = 50);

create table millrace.feed_readers (     -- those whose place is kept here, and for whom the feed is kept
  tenant_id int    not null,
  name      text   not null,
  position  bigint not null,
  constraint feed_readers_pkey primary key (tenant_id, name),
  constraint feed_readers_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}$')
) with (fillfactor = 50);

create table millrace.feed (             -- one row for each change of a run, for an hour
  tenant_id int         not null,
  id        bigint      not null,
  run_id    bigint      not null,
  at        timestamptz not null,
  first_seq int,                         -- of the rows that the journal got; -1: it was started; null: none
  last_seq  int,
  status    "char"      not null,        -- as run_status says
  constraint feed_pkey primary key (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

create unlogged table millrace.chunks (  -- what was too large for a notification, for a minute
  id        bigint      not null,
  tenant_id int         not null,
  at        timestamptz not null,
  body      text        not null,
  constraint chunks_pkey primary key (id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table millrace.logs (             -- what handlers log
  id        bigint      not null,        -- in the order in which they came here
  at        timestamptz not null,
  tenant_id int         not null,
  run_id    bigint      not null,
  attempt   int,                         -- of the step
  dropped   int         not null,        -- lines of the run that were lost before this one: the database was away
  level     "char"      not null,        -- d debug · i info · w warn · e error
  step      text,                        -- the step's key; null: the handler of the run
  message   text        not null,
  fields    text,                        -- JSON
  constraint logs_pkey primary key (id),
  constraint logs_level_known check (level in ('d', 'i', 'w', 'e'))
);
create index logs_by_run on millrace.logs (run_id, id);

-- What operators do to many runs at once, and what they have dealt with.

create table millrace.bulk_operations (  -- one row for each, kept as the record of who did what; few, and written at each batch
  id         bigint      not null,
  tenant_id  int         not null,
  verb       text        not null,
  filter     jsonb       not null,       -- with until: runs that were started later are none of its. Not by id: ids are drawn ahead
  options    jsonb       not null,       -- of the verb, for each run
  actor      text,
  created_at timestamptz not null,
  ended_at   timestamptz,
  stopped    boolean     not null default false,  -- by a person, before it was through
  next_at    timestamptz,                -- when the next batch is due; null once it has ended
  gap_ms     int         not null,       -- between two batches
  batch      int         not null,       -- runs in one
  after_run  bigint      not null default 0,  -- how far it is: it goes from the oldest to the newest
  held_run   bigint,                     -- somebody's open transaction held it when its turn came
  matched    int         not null,       -- when it began
  done       int         not null default 0,
  failed     int         not null default 0,
  sample     bigint[]    not null,       -- of what it matched
  failures   jsonb       not null default '[]',  -- the first of them: [{run_id, code, message}]
  constraint bulk_operations_pkey primary key (id),
  constraint bulk_operations_verb_known
    check (verb in ('cancel', 'pause', 'resume', 'retry', 'discard', 'fork', 'signal', 'migrate', 'prune')),
  constraint bulk_operations_end check ((next_at is null) = (ended_at is not null)),
  constraint bulk_operations_actor_length check (length(actor) <= 256)
) with (fillfactor = 70);
create index bulk_operations_due on millrace.bulk_operations (next_at) where next_at is not null;
create index bulk_operations_by_tenant on millrace.bulk_operations (tenant_id, id);

create table millrace.discards (         -- failed runs that somebody has dealt with: insert-only
  run_id    bigint      not null,
  at        timestamptz not null,
  tenant_id int         not null,
  actor     text,
  reason    text,
  constraint discards_pkey primary key (run_id)
);

-- Webhooks: of those that come in, each starts a run; those that go out tell what happened to runs. What was delivered is kept for a while.

create table millrace.webhooks (
  id            bigint      not null generated always as identity,
  tenant_id     int         not null,
  name          text        not null,     -- as people know it; with # and a number: made for a stored graph
  direction     "char"      not null,     -- i in · o out
  scheme        text        not null,     -- how deliveries are signed
  workflow      text,                     -- what it starts; of one that goes out: only of its runs
  declared      text,                     -- the version of the stored graph that it was made for
  created_at    timestamptz not null,
  keep_ms       bigint      not null,     -- how long its deliveries are kept
  deleted_at    timestamptz,              -- it is gone; a worker takes its deliveries away, and then this row
  active        boolean     not null,
  -- in
  path          text,                     -- under which it is called: nobody can guess it
  tolerance_ms  int,                      -- by which the time of a signature may be off
  run_options   jsonb,                    -- of its runs, as of start_workflow
  -- out
  url           text,
  events        text[],
  read_to       bigint,                   -- of the feed: what came until then was looked at
  failures      int         not null default 0,     -- attempts that failed since the last that did not,
  failing_since timestamptz,              -- the first of them
  problem       jsonb,                    -- why it sends nothing any more: {code, message, at}
  due_at        timestamptz,              -- when a worker shall look at it
  constraint webhooks_pkey primary key (id),
  constraint webhooks_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}(#[0-9]{1,3})?$'),
  constraint webhooks_scheme_known check (scheme in ('github', 'stripe', 'slack', 'standard', 'none')),
  constraint webhooks_in check (direction <> 'i' or deleted_at is not null
                                or (path is not null and workflow is not null and tolerance_ms is not null and run_options is not null)),
  constraint webhooks_out check (direction <> 'o' or (url is not null and events is not null and path is null)),
  constraint webhooks_direction_known check (direction in ('i', 'o'))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create unique index webhooks_key on millrace.webhooks (tenant_id, name) where deleted_at is null;
create unique index webhooks_path on millrace.webhooks (path) where path is not null;
create index webhooks_due on millrace.webhooks (due_at) where due_at is not null;

create table millrace.webhook_secrets (   -- apart, because no tenant may read them in the database
  id         bigint      not null generated always as identity,
  webhook_id bigint      not null,
  tenant_id  int         not null,
  secret     text        not null,        -- plain:… or sealed:…, and then only processes that have the key can read it
  until      timestamptz,                 -- another took its place, and it counts until then
  constraint webhook_secrets_pkey primary key (webhook_id, id)
);

create table millrace.webhook_deliveries (
  id           bigint      not null generated always as identity,
  webhook_id   bigint      not null,
  at           timestamptz not null,      -- when it came, or was made
  next_at      timestamptz,               -- of one that goes out: the next attempt
  give_up_at   timestamptz,               -- and until when there are attempts
  run_id       bigint,                    -- that it started; that it tells of
  redelivery_of bigint,
  tenant_id    int         not null,
  attempts     int         not null default 0,
  answer       int,                       -- the status that the other side answered last
  status       "char"      not null,      -- in: a accepted · r rejected · e error, nothing was started · d came again
                                          -- out: p pending · s delivered · f failed
  reason       text,                      -- why it was not accepted, or not delivered
  event        text,                      -- that it tells
  delivery_key text,                      -- what its sender calls it
  content_key  text,                      -- a hash of what was signed, where equal content is the same delivery
  source_ip    text,
  headers      jsonb,                     -- without secrets
  body         text,                      -- JSON, as the run sees it; of one that was rejected the beginning of what came
  constraint webhook_deliveries_pkey primary key (id),
  constraint webhook_deliveries_status_known check (status in ('a', 'r', 'e', 'd', 'p', 's', 'f'))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index webhook_deliveries_by_webhook on millrace.webhook_deliveries (webhook_id, id);
create index webhook_deliveries_by_tenant on millrace.webhook_deliveries (tenant_id, id);
create unique index webhook_deliveries_key on millrace.webhook_deliveries (webhook_id, delivery_key)
  where delivery_key is not null and status not in ('r', 'e', 'd');
create unique index webhook_deliveries_content on millrace.webhook_deliveries (webhook_id, content_key)
  where content_key is not null and status not in ('r', 'e', 'd');
create index webhook_deliveries_next on millrace.webhook_deliveries (webhook_id, next_at) where next_at is not null;

create table millrace.webhook_counts (    -- of the deliveries of an hour that started nothing: only some of them are kept
  webhook_id bigint      not null,
  hour       timestamptz not null,
  minute     timestamptz not null,        -- the last in which there was one
  tenant_id  int         not null,
  in_minute  int         not null,        -- and how many were kept in it
  kept       int         not null,        -- of the hour
  rejected   bigint      not null,
  errors     bigint      not null,
  duplicates bigint      not null,
  constraint webhook_counts_pkey primary key (webhook_id, hour)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

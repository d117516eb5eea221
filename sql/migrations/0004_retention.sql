-- How far the history of a route was looked through for runs that need not be kept: one row for each route of a workflow with a
-- retention, none for others.
create table millrace.retention (
  route_id  int         not null,
  tenant_id int         not null,
  after_run bigint      not null default 0,
  keep_from bigint,                 -- of this pass: the first run that may have to go later. Before it nothing will: the next pass begins there
  keep      jsonb       not null,   -- the retention that this pass is about
  next_at   timestamptz not null,
  constraint retention_pkey primary key (route_id)
) with (fillfactor = 50);
create index retention_due on millrace.retention (next_at);

-- Children that shall not outlive their parents: a row for each, from its start to its end. Abandoned ones have none.
create table millrace.children (
  parent_id bigint      not null,
  run_id    bigint      not null,
  tenant_id int         not null,
  closes_at timestamptz,             -- the parent has ended: the child is to be cancelled
  constraint children_pkey primary key (parent_id, run_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index children_closing on millrace.children (closes_at) where closes_at is not null;

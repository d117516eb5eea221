-- The mark that a worker sleeps until it is woken. It had been a column of workers: a start in a user's transaction that
-- stayed open then held the row, and with it the worker's heartbeat, until the lease was over.
create table millrace.idle_workers (  -- hot: hint deletes the rows
  worker_id bigint not null,
  tenant_id int    not null,
  constraint idle_workers_pkey primary key (worker_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
alter table millrace.workers drop column idle;

-- One worker for all tenants. What code defines for all of them belongs to the installation (tenant 0); a tenant that starts a run of
-- it gets a copy: its limits, attributes, routes and runs are its own.

alter table millrace.tenants
  add column if not exists suspended_at timestamptz,  -- nobody gets in as it, and nothing of it is run
  add column if not exists deleting_at timestamptz;   -- for everybody but who deletes it, it is not there any more

alter table millrace.workflows
  add column shared_id int;  -- the installation's version of which this is the tenant's copy; null: the tenant's own
create index workflows_shared on millrace.workflows (shared_id) where shared_id is not null;

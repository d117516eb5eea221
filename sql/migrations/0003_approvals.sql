-- Questions to people, for as long as they are open: the row goes with the answer, or with the run.
create table millrace.approvals (
  run_id     bigint      not null,
  step       text        not null,   -- the key of the step
  tenant_id  int         not null,
  question   text        not null,
  details    text,                   -- JSON
  assignees  text[]      not null,   -- who may answer; with roles empty as well: anybody
  roles      text[]      not null,
  asked_at   timestamptz not null,
  expires_at timestamptz,
  constraint approvals_pkey primary key (run_id, step)
);
create index approvals_by_tenant on millrace.approvals (tenant_id, run_id);
create index approvals_by_assignee on millrace.approvals using gin (assignees);

-- Workflows of which no run may be started: deactivated, or deleted; and why a child is called off.

alter table millrace.children add column reason text;  -- why its parent called it off; null: the parent has ended

create table millrace.stopped_workflows (  -- one row for each workflow that takes no starts: empty in most databases
  tenant_id  int         not null,
  name       text        not null,
  why        "char"      not null,         -- i deactivated · c its document says is_active: false · d deleted
  actor      text,
  reason     text,
  stopped_at timestamptz not null,
  constraint stopped_workflows_pkey primary key (tenant_id, name),
  constraint stopped_workflows_why_known check (why in ('i', 'c', 'd'))
);

alter table millrace.workflows add column deleted_at timestamptz;  -- its runs can still be read

-- Definitions that are data: the shape of a flow, the whole of a graph. Beside workflows, because every start reads that.

create table millrace.workflow_documents (  -- of a version that has one; it never changes
  workflow_id int         not null,
  tenant_id   int         not null,
  document    text        not null,
  hash        text        not null,         -- sha256 of what makes it another version, in hex
  created_at  timestamptz not null default clock_timestamp(),
  constraint workflow_documents_pkey primary key (workflow_id),
  constraint workflow_documents_hash_form check (hash ~ '^[0-9a-f]{64}$')
);

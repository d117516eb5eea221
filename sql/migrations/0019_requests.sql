-- Requests over HTTP that came with an Idempotency-Key: sent again, they are answered as before and do nothing.

create table millrace.requests (
  tenant_id   int         not null,
  key         text        not null,
  hash        text        not null,   -- sha256 of method, address and body, in hex
  first_id    bigint      not null,   -- of a block of 1,024 ids: what is done under these once more changes nothing
  lease_until timestamptz not null,   -- who answers it is alive until then, unless it has an answer
  expires_at  timestamptz not null,
  status      smallint,               -- of the answer; null: there is none yet
  headers     text,
  body        text,
  constraint requests_pkey primary key (tenant_id, key),
  constraint requests_key_form check (key ~ '^[\x21-\x7e]{1,255}$'),
  constraint requests_hash_form check (hash ~ '^[0-9a-f]{64}$'),
  constraint requests_status_range check (status between 200 and 599)
);
create index requests_by_end on millrace.requests (expires_at);

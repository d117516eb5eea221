-- Who may do what: tenants that are suspended or being deleted, API keys, members, what was done by whom, secrets, quotas.

alter table millrace.tenants
  add column name text,                     -- as people call it; null: as its slug
  add column suspended_at timestamptz,      -- nobody gets in as it, and nothing of it is run
  add column suspend_reason text,
  add column deleting_at timestamptz;       -- delete_tenant has begun: for everybody else it is not there any more

create table millrace.api_keys (
  tenant_id    int         not null,
  id           text        not null,        -- public: it stands in the key
  hash         bytea       not null,        -- SHA-256 of the whole key
  name         text        not null,
  scopes       text[]      not null,
  created_at   timestamptz not null,
  created_by   text        not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,                 -- written at most once a minute
  constraint api_keys_pkey primary key (tenant_id, id),
  constraint api_keys_id_form check (id ~ '^[0-9a-f]{16}$'),
  constraint api_keys_hash_length check (octet_length(hash) = 32)
) with (fillfactor = 80);
create index api_keys_by_id on millrace.api_keys (id);

create table millrace.members (             -- people who log in elsewhere; what they may do here
  tenant_id  int         not null,
  subject    text        not null,          -- as their token names them
  email      text,
  name       text,
  roles      text[]      not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint members_pkey primary key (tenant_id, subject)
);

create table millrace.audit (               -- append-only: a policy of its own refuses updates to everybody
  id        bigint      not null generated always as identity,
  tenant_id int         not null,           -- 0: the installation's
  at        timestamptz not null,
  subject   text        not null,
  action    text        not null,
  target    text,
  detail    jsonb,
  constraint audit_pkey primary key (id)
);
create index audit_by_tenant on millrace.audit (tenant_id, id);

create table millrace.secrets (             -- encrypted by who puts them: the database never has the key
  tenant_id  int         not null,
  name       text        not null,
  sealed     text        not null,          -- see src/auth/secret-box.ts
  created_at timestamptz not null,
  changed_at timestamptz not null,
  changed_by text        not null,
  constraint secrets_pkey primary key (tenant_id, name),
  constraint secrets_name_form check (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$')
);

create table millrace.quotas (              -- only those that somebody has set; default_quotas has the others
  tenant_id int    not null,                -- 0: what holds for all that have none of their own
  kind      text   not null,
  most      bigint,                         -- null: no limit
  constraint quotas_pkey primary key (tenant_id, kind),
  constraint quotas_most check (most >= 0)
);

create table millrace.quota_use (           -- what was counted lately of what is too much to be counted each time
  tenant_id  int         not null,
  kind       text        not null,
  used       bigint      not null,
  counted_at timestamptz not null,
  constraint quota_use_pkey primary key (tenant_id, kind)
) with (fillfactor = 50);

create table millrace.rates (               -- requests of the present minute, drawn in portions by servers
  tenant_id int         not null,
  class     text        not null,
  window_at timestamptz not null,
  used      bigint      not null,
  constraint rates_pkey primary key (tenant_id, class)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

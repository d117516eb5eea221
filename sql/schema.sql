-- Generated from the catalogue of a freshly migrated database: npm run schema. Not to be run, and not to be edited.

-- sequences -----------------------------------------------------------------------------------------------------

create sequence millrace.arrivals as bigint increment 1 start 1

create sequence millrace.chunk_numbers as bigint increment 1 start 1

create sequence millrace.emissions as bigint increment 1 start 1

create sequence millrace.feed_numbers as bigint increment 1 start 1

create sequence millrace.fences as bigint increment 1 start 1

create sequence millrace.log_numbers as bigint increment 1 start 1

create sequence millrace.numbers as bigint increment 1 start 1

-- tables --------------------------------------------------------------------------------------------------------

create table millrace.api_keys with (fillfactor=80)
  tenant_id integer not null
  id text not null
  hash bytea not null
  name text not null
  scopes text[] not null
  created_at timestamp with time zone not null
  created_by text not null
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  last_used_at timestamp with time zone
  constraint api_keys_pkey PRIMARY KEY (tenant_id, id)
  constraint api_keys_hash_length CHECK ((octet_length(hash) = 32))
  constraint api_keys_id_form CHECK ((id ~ '^[0-9a-f]{16}$'::text))
  CREATE INDEX api_keys_by_id ON millrace.api_keys USING btree (id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.approvals
  run_id bigint not null
  step text not null
  tenant_id integer not null
  question text not null
  details text
  assignees text[] not null
  roles text[] not null
  asked_at timestamp with time zone not null
  expires_at timestamp with time zone
  constraint approvals_pkey PRIMARY KEY (run_id, step)
  CREATE INDEX approvals_by_assignee ON millrace.approvals USING gin (assignees)
  CREATE INDEX approvals_by_tenant ON millrace.approvals USING btree (tenant_id, run_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.attributes
  id integer not null generated always as identity
  tenant_id integer not null
  workflow text not null
  name text not null
  type "char" not null
  constraint attributes_key UNIQUE (tenant_id, workflow, name, type)
  constraint attributes_pkey PRIMARY KEY (id)
  constraint attributes_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  constraint attributes_type_known CHECK ((type = ANY (ARRAY['t'::"char", 'n'::"char", 'b'::"char", 'i'::"char", 'v'::"char"])))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.audit
  id bigint not null generated always as identity
  tenant_id integer not null
  at timestamp with time zone not null
  subject text not null
  action text not null
  target text
  detail jsonb
  constraint audit_pkey PRIMARY KEY (id)
  CREATE INDEX audit_by_tenant ON millrace.audit USING btree (tenant_id, id)
  row-level security: t, forced: t
  policy append_only for w to public using false
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.bulk_operations with (fillfactor=70)
  id bigint not null
  tenant_id integer not null
  verb text not null
  filter jsonb not null
  options jsonb not null
  actor text
  created_at timestamp with time zone not null
  ended_at timestamp with time zone
  stopped boolean not null default false
  next_at timestamp with time zone
  gap_ms integer not null
  batch integer not null
  after_run bigint not null default 0
  held_run bigint
  matched integer not null
  done integer not null default 0
  failed integer not null default 0
  sample bigint[] not null
  failures jsonb not null default '[]'::jsonb
  constraint bulk_operations_pkey PRIMARY KEY (id)
  constraint bulk_operations_actor_length CHECK ((length(actor) <= 256))
  constraint bulk_operations_end CHECK (((next_at IS NULL) = (ended_at IS NOT NULL)))
  constraint bulk_operations_verb_known CHECK ((verb = ANY (ARRAY['cancel'::text, 'terminate'::text, 'pause'::text, 'resume'::text, 'retry'::text, 'discard'::text, 'fork'::text, 'signal'::text, 'migrate'::text, 'prune'::text])))
  CREATE INDEX bulk_operations_by_tenant ON millrace.bulk_operations USING btree (tenant_id, id)
  CREATE INDEX bulk_operations_due ON millrace.bulk_operations USING btree (next_at) WHERE (next_at IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.checkpoints partition by RANGE (run_id)
  run_id bigint not null
  at timestamp with time zone not null
  seq integer not null
  tenant_id integer not null
  kind "char" not null
  name text
  data text
  begun integer
  constraint checkpoints_pkey PRIMARY KEY (run_id, seq)
  constraint checkpoints_seq_natural CHECK ((seq >= 0))
  CREATE INDEX checkpoints_attributes ON ONLY millrace.checkpoints USING btree (run_id) WHERE (kind = 'l'::"char")
  CREATE INDEX checkpoints_published ON ONLY millrace.checkpoints USING btree (run_id) WHERE (kind = 's'::"char")
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.checkpoints_0 partition of millrace.checkpoints FOR VALUES FROM (MINVALUE) TO (MAXVALUE)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.children with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  parent_id bigint not null
  run_id bigint not null
  tenant_id integer not null
  closes_at timestamp with time zone
  reason text
  constraint children_pkey PRIMARY KEY (parent_id, run_id)
  CREATE INDEX children_closing ON millrace.children USING btree (closes_at) WHERE (closes_at IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.chunks with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000)
  id bigint not null
  tenant_id integer not null
  at timestamp with time zone not null
  body text not null
  constraint chunks_pkey PRIMARY KEY (id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.continuations
  run_id bigint not null
  tenant_id integer not null
  from_run bigint not null
  first_run bigint not null
  nth integer not null
  constraint continuations_chain UNIQUE (first_run, nth)
  constraint continuations_pkey PRIMARY KEY (run_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.discards
  run_id bigint not null
  at timestamp with time zone not null
  tenant_id integer not null
  actor text
  reason text
  constraint discards_pkey PRIMARY KEY (run_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.entities with (fillfactor=70, autovacuum_vacuum_scale_factor=0.02)
  id uuid not null
  tenant_id integer not null
  workflow_id integer not null
  seq integer not null
  entered_at timestamp with time zone not null
  due_at timestamp with time zone
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  completed_at timestamp with time zone
  machine text not null
  entity_table text not null
  entity_id text not null
  state text not null
  metadata jsonb not null
  hash bytea not null
  timer jsonb
  constraint entities_pkey PRIMARY KEY (id)
  CREATE INDEX entities_by_entity ON millrace.entities USING btree (tenant_id, entity_table, entity_id, id)
  CREATE INDEX entities_by_state ON millrace.entities USING btree (tenant_id, machine, state, id)
  CREATE INDEX entities_due ON millrace.entities USING btree (due_at) WHERE ((due_at IS NOT NULL) AND ((timer -> 'rests'::text) IS NULL))
  CREATE UNIQUE INDEX entities_live ON millrace.entities USING btree (tenant_id, machine, entity_table, entity_id) WHERE (completed_at IS NULL)
  CREATE INDEX entities_resting ON millrace.entities USING btree (tenant_id) WHERE ((timer -> 'rests'::text) IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.entity_history
  instance_id uuid not null
  seq integer not null
  tenant_id integer not null
  workflow_id integer not null
  executed_at timestamp with time zone not null
  spent_ms bigint
  transition_id uuid
  from_state text
  to_state text not null
  transition text
  executed_by text not null
  claimed_by text
  notes text
  request text
  context jsonb not null
  metadata jsonb not null
  changes jsonb
  hash bytea not null
  constraint entity_history_pkey PRIMARY KEY (instance_id, seq)
  CREATE INDEX entity_history_by_time ON millrace.entity_history USING btree (tenant_id, executed_at)
  CREATE UNIQUE INDEX entity_history_request ON millrace.entity_history USING btree (instance_id, request) WHERE (request IS NOT NULL)
  row-level security: t, forced: t
  policy append_only for w to public using false
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.event_starts
  tenant_id integer not null
  event text not null
  key text not null
  workflow_id integer not null
  constraint event_starts_pkey PRIMARY KEY (tenant_id, event, key, workflow_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.event_waits with (fillfactor=70, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  run_id bigint not null
  at timestamp with time zone not null
  look_at timestamp with time zone
  tenant_id integer not null
  step text not null
  message text not null
  name text not null
  key text not null
  constraint event_waits_pkey PRIMARY KEY (run_id, step, message)
  CREATE INDEX event_waits_by_message ON millrace.event_waits USING btree (tenant_id, message, run_id)
  CREATE INDEX event_waits_looks ON millrace.event_waits USING btree (look_at) WHERE (look_at IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.events with (fillfactor=70, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  id bigint not null
  at timestamp with time zone not null
  keep_until timestamp with time zone not null
  spread_at timestamp with time zone
  spread_to bigint not null default 0
  tenant_id integer not null
  nth bigint not null
  matched integer not null
  held boolean not null default false
  name text not null
  key text not null
  message text not null
  dedupe_id text
  data text
  started uuid[] not null default '{}'::uuid[]
  constraint events_pkey PRIMARY KEY (id)
  constraint events_key_length CHECK (((length(key) >= 1) AND (length(key) <= 256)))
  constraint events_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  CREATE INDEX events_by_message ON millrace.events USING btree (tenant_id, message, nth)
  CREATE INDEX events_by_time ON millrace.events USING btree (tenant_id, at)
  CREATE UNIQUE INDEX events_dedupe ON millrace.events USING btree (tenant_id, name, dedupe_id) WHERE (dedupe_id IS NOT NULL)
  CREATE INDEX events_over ON millrace.events USING btree (keep_until) WHERE (spread_at IS NULL)
  CREATE INDEX events_spreading ON millrace.events USING btree (spread_at) WHERE (spread_at IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.feed with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=10000)
  tenant_id integer not null
  id bigint not null
  run_id bigint not null
  at timestamp with time zone not null
  first_seq integer
  last_seq integer
  status "char" not null
  constraint feed_pkey PRIMARY KEY (tenant_id, id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.feed_readers with (fillfactor=50)
  tenant_id integer not null
  name text not null
  position bigint not null
  constraint feed_readers_pkey PRIMARY KEY (tenant_id, name)
  constraint feed_readers_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.feeds with (fillfactor=50)
  tenant_id integer not null
  since bigint not null
  final bigint not null
  mark bigint
  mark_xid xid8
  constraint feeds_pkey PRIMARY KEY (tenant_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.follows with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  run_id bigint not null
  tenant_id integer not null
  follower text not null
  expires_at timestamp with time zone not null
  constraint follows_pkey PRIMARY KEY (run_id, tenant_id, follower)
  constraint follows_follower_form CHECK ((follower ~ '^([0-9a-f]{32})?$'::text))
  CREATE INDEX follows_over ON millrace.follows USING btree (expires_at)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.idle_workers with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  worker_id bigint not null
  tenant_id integer not null
  constraint idle_workers_pkey PRIMARY KEY (worker_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.lanes with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  route_id integer not null
  lane bigint not null
  tenant_id integer not null
  keys jsonb not null
  gates bigint[] not null
  caps integer[] not null
  own bigint
  meters bigint[] not null
  rates double precision[] not null
  bursts integer[] not null
  weight double precision not null default 1
  vtime double precision not null
  begun boolean not null default false
  fresh boolean not null default false
  opens_at timestamp with time zone
  begun_after bigint not null default 0
  fresh_after bigint not null default 0
  constraint lanes_pkey PRIMARY KEY (route_id, lane)
  constraint lanes_caps CHECK ((cardinality(caps) = cardinality(gates)))
  constraint lanes_rates CHECK (((cardinality(rates) = cardinality(meters)) AND (cardinality(bursts) = cardinality(meters))))
  CREATE INDEX lanes_closed ON millrace.lanes USING btree (opens_at) WHERE (opens_at IS NOT NULL)
  CREATE INDEX lanes_opening ON millrace.lanes USING btree (route_id, opens_at) WHERE (opens_at IS NOT NULL)
  CREATE INDEX lanes_ready ON millrace.lanes USING btree (route_id, vtime, lane) WHERE (begun OR (fresh AND (opens_at IS NULL)))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.limited_routes with (fillfactor=50)
  route_id integer not null
  tenant_id integer not null
  limits integer[] not null
  gates bigint[] not null default '{}'::bigint[]
  caps integer[] not null default '{}'::integer[]
  seen_turn bigint not null default 0
  vtime double precision not null default 0
  free boolean not null default false
  paused boolean not null default false
  constraint limited_routes_pkey PRIMARY KEY (route_id)
  CREATE INDEX limited_routes_by_tenant ON millrace.limited_routes USING btree (tenant_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.limits with (fillfactor=50)
  id integer not null generated always as identity
  tenant_id integer not null
  kind "char" not null
  name text not null
  rules jsonb not null default '{}'::jsonb
  paused_at timestamp with time zone
  paused_by text
  pause_reason text
  constraint limits_key UNIQUE (tenant_id, kind, name)
  constraint limits_pkey PRIMARY KEY (id)
  constraint limits_kind_known CHECK ((kind = ANY (ARRAY['w'::"char", 'q'::"char"])))
  constraint limits_rules_form CHECK ((jsonb_typeof(rules) = 'object'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.live with (fillfactor=45, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, autovacuum_vacuum_cost_delay=0)
  run_id bigint not null
  turn bigint not null
  timeout_at timestamp with time zone
  tenant_id integer not null
  route_id integer not null
  lane bigint not null default 0
  task integer not null default 0
  seq integer not null default 0
  crashes smallint not null default 0
  buffered smallint
  state "char" not null
  reason "char"
  fence bigint
  worker_id bigint
  stamp bigint
  wake_at timestamp with time zone
  ask text
  wait_keys text[]
  wait_names text[]
  wait_until timestamp with time zone[]
  undo "char"
  undo_ask text
  constraint live_pkey PRIMARY KEY (run_id, task)
  constraint live_ask CHECK (((ask IS NULL) OR (state = 'l'::"char")))
  constraint live_lease CHECK ((((state = 'l'::"char") = (fence IS NOT NULL)) AND ((fence IS NULL) = (worker_id IS NULL))))
  constraint live_pause CHECK (((state = 'p'::"char") = (reason IS NOT NULL)))
  constraint live_state_known CHECK ((state = ANY (ARRAY['q'::"char", 's'::"char", 'l'::"char", 'w'::"char", 'p'::"char"])))
  constraint live_undo_ask CHECK (((undo_ask IS NULL) OR ((undo = 'b'::"char") AND (state = 'l'::"char"))))
  constraint live_wait CHECK (((state <> 'w'::"char") OR (wait_keys IS NOT NULL)))
  CREATE INDEX live_due ON millrace.live USING btree (wake_at) WHERE ((state = 'w'::"char") AND (wake_at IS NOT NULL))
  CREATE INDEX live_lanes ON millrace.live USING btree (route_id, turn) WHERE ((state = 'q'::"char") AND (lane <> 0))
  CREATE INDEX live_queued ON millrace.live USING btree (route_id, lane, turn) WHERE (state = 'q'::"char")
  CREATE INDEX live_slots ON millrace.live USING btree (route_id, lane) WHERE ((state = 'l'::"char") AND (lane <> 0))
  CREATE INDEX live_suspect ON millrace.live USING btree (route_id, turn) WHERE (state = 's'::"char")
  CREATE INDEX live_timeout ON millrace.live USING btree (timeout_at) WHERE (timeout_at IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.logs
  id bigint not null
  at timestamp with time zone not null
  tenant_id integer not null
  run_id bigint not null
  attempt integer
  dropped integer not null
  level "char" not null
  step text
  message text not null
  fields text
  constraint logs_pkey PRIMARY KEY (id)
  constraint logs_level_known CHECK ((level = ANY (ARRAY['d'::"char", 'i'::"char", 'w'::"char", 'e'::"char"])))
  CREATE INDEX logs_by_run ON millrace.logs USING btree (run_id, id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.machine_states
  workflow_id integer not null
  tenant_id integer not null
  ordinal integer not null
  id uuid not null default gen_random_uuid()
  name text not null
  initial boolean not null
  final boolean not null
  acts boolean not null
  metadata jsonb not null
  on_enter jsonb not null
  on_leave jsonb not null
  sla_ms bigint
  constraint machine_states_pkey PRIMARY KEY (workflow_id, name)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.machine_transitions
  workflow_id integer not null
  tenant_id integer not null
  from_state text not null
  rank integer not null
  ordinal integer not null
  id uuid not null
  wildcard boolean not null
  name text not null
  to_state text not null
  conditions jsonb not null
  guards jsonb
  context jsonb not null
  metadata jsonb not null
  actions jsonb not null
  after_ms bigint
  acts boolean not null
  ends boolean not null
  next_ms bigint
  constraint machine_transitions_pkey PRIMARY KEY (workflow_id, from_state, rank)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.members
  tenant_id integer not null
  subject text not null
  email text
  name text
  roles text[] not null
  created_at timestamp with time zone not null
  changed_at timestamp with time zone not null
  constraint members_pkey PRIMARY KEY (tenant_id, subject)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.merged_starts with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  start_id bigint not null
  tenant_id integer not null
  run_id bigint not null
  at timestamp with time zone not null
  constraint merged_starts_pkey PRIMARY KEY (start_id)
  CREATE INDEX merged_starts_old ON millrace.merged_starts USING btree (at)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.meters with (fillfactor=50)
  id bigint not null
  tenant_id integer not null
  tokens double precision not null
  at timestamp with time zone not null
  full_at timestamp with time zone not null
  constraint meters_pkey PRIMARY KEY (id)
  CREATE INDEX meters_full ON millrace.meters USING btree (full_at)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.migrations
  name text not null
  checksum text not null
  applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using true

create table millrace.outcomes partition by RANGE (run_id)
  run_id bigint not null
  at timestamp with time zone not null
  tenant_id integer not null
  status "char" not null
  tail text
  output text
  constraint outcomes_pkey PRIMARY KEY (run_id)
  constraint outcomes_status_known CHECK ((status = ANY (ARRAY['c'::"char", 'f'::"char", 'x'::"char"])))
  CREATE INDEX outcomes_unhappy ON ONLY millrace.outcomes USING btree (tenant_id, status, run_id) WHERE (status <> 'c'::"char")
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.outcomes_0 partition of millrace.outcomes FOR VALUES FROM (MINVALUE) TO (MAXVALUE)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.queue_heads with (fillfactor=50)
  route_id integer not null
  tenant_id integer not null
  turn bigint not null
  sweep_ms integer not null
  constraint queue_heads_pkey PRIMARY KEY (route_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.quota_use with (fillfactor=50)
  tenant_id integer not null
  kind text not null
  used bigint not null
  counted_at timestamp with time zone not null
  constraint quota_use_pkey PRIMARY KEY (tenant_id, kind)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.quotas
  tenant_id integer not null
  kind text not null
  most bigint
  constraint quotas_pkey PRIMARY KEY (tenant_id, kind)
  constraint quotas_most CHECK ((most >= 0))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.rates with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  tenant_id integer not null
  class text not null
  window_at timestamp with time zone not null
  used bigint not null
  constraint rates_pkey PRIMARY KEY (tenant_id, class)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.repeatables
  path text not null
  checksum text not null
  constraint repeatables_pkey PRIMARY KEY (path)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using true

create table millrace.requests
  tenant_id integer not null
  key text not null
  hash text not null
  first_id bigint not null
  lease_until timestamp with time zone not null
  expires_at timestamp with time zone not null
  status smallint
  headers text
  body text
  constraint requests_pkey PRIMARY KEY (tenant_id, key)
  constraint requests_hash_form CHECK ((hash ~ '^[0-9a-f]{64}$'::text))
  constraint requests_key_form CHECK ((key ~ '^[\x21-\x7e]{1,255}$'::text))
  constraint requests_status_range CHECK (((status >= 200) AND (status <= 599)))
  CREATE INDEX requests_by_end ON millrace.requests USING btree (expires_at)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.retention with (fillfactor=50)
  route_id integer not null
  tenant_id integer not null
  after_run bigint not null default 0
  keep_from bigint
  keep jsonb not null
  next_at timestamp with time zone not null
  constraint retention_pkey PRIMARY KEY (route_id)
  CREATE INDEX retention_due ON millrace.retention USING btree (next_at)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.routes
  id integer not null generated always as identity
  tenant_id integer not null
  workflow_id integer not null
  queue text not null
  priority smallint not null
  constraint routes_key UNIQUE (tenant_id, workflow_id, queue, priority)
  constraint routes_pkey PRIMARY KEY (id)
  constraint routes_priority_range CHECK (((priority >= '-1000'::integer) AND (priority <= 1000)))
  constraint routes_queue_form CHECK ((queue ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.run_aliases
  tenant_id integer not null
  alias uuid not null
  run_id bigint not null
  constraint run_aliases_pkey PRIMARY KEY (tenant_id, alias)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.run_attributes
  run_id bigint not null
  attribute integer not null
  tenant_id integer not null
  key text not null
  constraint run_attributes_pkey PRIMARY KEY (run_id, attribute)
  CREATE INDEX run_attributes_by_key ON millrace.run_attributes USING btree (attribute, key, run_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.run_keys
  tenant_id integer not null
  workflow text not null
  key text not null
  run_id bigint not null
  constraint run_keys_pkey PRIMARY KEY (tenant_id, workflow, key)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.run_labels
  tenant_id integer not null
  kind "char" not null
  value text not null
  run_id bigint not null
  constraint run_labels_pkey PRIMARY KEY (tenant_id, kind, value, run_id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.runs partition by RANGE (id)
  id bigint not null
  created_at timestamp with time zone not null
  tenant_id integer not null
  route_id integer not null
  input text
  meta text
  constraint runs_pkey PRIMARY KEY (id)
  CREATE INDEX runs_by_route ON ONLY millrace.runs USING btree (route_id, id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.runs_0 partition of millrace.runs FOR VALUES FROM (MINVALUE) TO (MAXVALUE)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.schedules with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  id bigint not null generated always as identity
  tenant_id integer not null
  name text not null
  workflow text not null
  cron text
  every_ms bigint
  anchor_at timestamp with time zone
  timezone text not null
  overlap text not null
  catch_up text not null
  input text
  options jsonb not null
  declared text
  created_at timestamp with time zone not null
  revision integer not null default 0
  after_at timestamp with time zone not null
  next_at timestamp with time zone
  wake_at timestamp with time zone
  waiting timestamp with time zone[] not null default '{}'::timestamp with time zone[]
  waits_for bigint
  last_at timestamp with time zone
  last_run bigint
  skipped bigint not null default 0
  problem jsonb
  note jsonb
  paused_at timestamp with time zone
  paused_by text
  pause_reason text
  constraint schedules_key UNIQUE (tenant_id, name)
  constraint schedules_pkey PRIMARY KEY (id)
  constraint schedules_catch_up_known CHECK ((catch_up = ANY (ARRAY['none'::text, 'one'::text, 'all'::text])))
  constraint schedules_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}(#[0-9]{1,3})?$'::text))
  constraint schedules_overlap_known CHECK ((overlap = ANY (ARRAY['skip'::text, 'queue'::text, 'allow'::text, 'replace'::text])))
  constraint schedules_pause CHECK (((paused_at IS NULL) OR (wake_at IS NULL)))
  constraint schedules_rule CHECK ((((cron IS NULL) <> (every_ms IS NULL)) AND ((every_ms IS NULL) = (anchor_at IS NULL))))
  constraint schedules_waiting CHECK (((waits_for IS NULL) OR (waiting <> '{}'::timestamp with time zone[])))
  CREATE INDEX schedules_due ON millrace.schedules USING btree (wake_at) WHERE (wake_at IS NOT NULL)
  CREATE INDEX schedules_waiting ON millrace.schedules USING btree (waits_for) WHERE (waits_for IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.secrets
  tenant_id integer not null
  name text not null
  sealed text not null
  created_at timestamp with time zone not null
  changed_at timestamp with time zone not null
  changed_by text not null
  constraint secrets_pkey PRIMARY KEY (tenant_id, name)
  constraint secrets_name_form CHECK ((name ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.signals
  run_id bigint not null
  at timestamp with time zone not null
  tenant_id integer not null
  nth bigint not null
  taken integer
  id text not null
  name text not null
  data text
  constraint signals_pkey PRIMARY KEY (run_id, id)
  constraint signals_name_form CHECK ((name ~ '^[A-Za-z0-9_.: $-]{1,160}$'::text))
  CREATE INDEX signals_untaken ON millrace.signals USING btree (run_id, name, nth) WHERE (taken IS NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.start_keys with (fillfactor=70, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=5000)
  tenant_id integer not null
  workflow text not null
  rule text not null
  key bytea not null
  run_id bigint not null
  at timestamp with time zone not null
  inputs integer
  bytes integer
  constraint start_keys_pkey PRIMARY KEY (tenant_id, workflow, rule, key)
  constraint start_keys_rule_known CHECK ((rule = ANY (ARRAY['singleton'::text, 'throttle'::text, 'debounce'::text, 'batch'::text])))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.stopped_workflows
  tenant_id integer not null
  name text not null
  why "char" not null
  actor text
  reason text
  stopped_at timestamp with time zone not null
  constraint stopped_workflows_pkey PRIMARY KEY (tenant_id, name)
  constraint stopped_workflows_why_known CHECK ((why = ANY (ARRAY['i'::"char", 'c'::"char", 'd'::"char"])))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.tenants
  id integer not null generated always as identity
  slug text not null
  created_at timestamp with time zone not null default now()
  paused_at timestamp with time zone
  paused_by text
  pause_reason text
  name text
  suspended_at timestamp with time zone
  suspend_reason text
  deleting_at timestamp with time zone
  constraint tenants_slug_key UNIQUE (slug)
  constraint tenants_pkey PRIMARY KEY (id)
  constraint tenants_slug_form CHECK ((slug ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.watchers with (fillfactor=50)
  id bigint not null
  tenant_id integer not null
  expires_at timestamp with time zone not null
  constraint watchers_pkey PRIMARY KEY (id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.webhook_counts with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  webhook_id bigint not null
  hour timestamp with time zone not null
  minute timestamp with time zone not null
  tenant_id integer not null
  in_minute integer not null
  kept integer not null
  rejected bigint not null
  errors bigint not null
  duplicates bigint not null
  constraint webhook_counts_pkey PRIMARY KEY (webhook_id, hour)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.webhook_deliveries with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000)
  id bigint not null generated always as identity
  webhook_id bigint not null
  at timestamp with time zone not null
  next_at timestamp with time zone
  give_up_at timestamp with time zone
  run_id bigint
  redelivery_of bigint
  tenant_id integer not null
  attempts integer not null default 0
  answer integer
  status "char" not null
  reason text
  event text
  delivery_key text
  content_key text
  source_ip text
  headers jsonb
  body text
  constraint webhook_deliveries_pkey PRIMARY KEY (id)
  constraint webhook_deliveries_status_known CHECK ((status = ANY (ARRAY['a'::"char", 'r'::"char", 'e'::"char", 'd'::"char", 'p'::"char", 's'::"char", 'f'::"char"])))
  CREATE INDEX webhook_deliveries_by_tenant ON millrace.webhook_deliveries USING btree (tenant_id, id)
  CREATE INDEX webhook_deliveries_by_webhook ON millrace.webhook_deliveries USING btree (webhook_id, id)
  CREATE UNIQUE INDEX webhook_deliveries_content ON millrace.webhook_deliveries USING btree (webhook_id, content_key) WHERE ((content_key IS NOT NULL) AND (status <> ALL (ARRAY['r'::"char", 'e'::"char", 'd'::"char"])))
  CREATE UNIQUE INDEX webhook_deliveries_key ON millrace.webhook_deliveries USING btree (webhook_id, delivery_key) WHERE ((delivery_key IS NOT NULL) AND (status <> ALL (ARRAY['r'::"char", 'e'::"char", 'd'::"char"])))
  CREATE INDEX webhook_deliveries_next ON millrace.webhook_deliveries USING btree (webhook_id, next_at) WHERE (next_at IS NOT NULL)
  CREATE INDEX webhook_deliveries_told ON millrace.webhook_deliveries USING btree (id) WHERE ((status = 'p'::"char") AND (next_at IS NULL))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.webhook_secrets
  id bigint not null generated always as identity
  webhook_id bigint not null
  tenant_id integer not null
  secret text not null
  until timestamp with time zone
  constraint webhook_secrets_pkey PRIMARY KEY (webhook_id, id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.webhooks with (fillfactor=70, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  id bigint not null generated always as identity
  tenant_id integer not null
  name text not null
  direction "char" not null
  scheme text not null
  workflow text
  declared text
  created_at timestamp with time zone not null
  keep_ms bigint not null
  deleted_at timestamp with time zone
  active boolean not null
  path text
  tolerance_ms integer
  run_options jsonb
  url text
  events text[]
  read_to bigint
  failures integer not null default 0
  failing_since timestamp with time zone
  problem jsonb
  due_at timestamp with time zone
  constraint webhooks_pkey PRIMARY KEY (id)
  constraint webhooks_direction_known CHECK ((direction = ANY (ARRAY['i'::"char", 'o'::"char"])))
  constraint webhooks_in CHECK (((direction <> 'i'::"char") OR (deleted_at IS NOT NULL) OR ((path IS NOT NULL) AND (workflow IS NOT NULL) AND (tolerance_ms IS NOT NULL) AND (run_options IS NOT NULL))))
  constraint webhooks_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}(#[0-9]{1,3})?$'::text))
  constraint webhooks_out CHECK (((direction <> 'o'::"char") OR ((url IS NOT NULL) AND (events IS NOT NULL) AND (path IS NULL))))
  constraint webhooks_scheme_known CHECK ((scheme = ANY (ARRAY['github'::text, 'stripe'::text, 'slack'::text, 'standard'::text, 'none'::text])))
  CREATE INDEX webhooks_due ON millrace.webhooks USING btree (due_at) WHERE (due_at IS NOT NULL)
  CREATE UNIQUE INDEX webhooks_key ON millrace.webhooks USING btree (tenant_id, name) WHERE (deleted_at IS NULL)
  CREATE UNIQUE INDEX webhooks_path ON millrace.webhooks USING btree (path) WHERE (path IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.workers with (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500)
  id bigint not null
  expires_at timestamp with time zone not null
  tenant_id integer not null
  epoch integer not null default 0
  info jsonb not null
  running jsonb
  started_at timestamp with time zone not null
  drain_at timestamp with time zone
  recover_at timestamp with time zone
  constraint workers_pkey PRIMARY KEY (id)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.workflow_documents
  workflow_id integer not null
  tenant_id integer not null
  document text not null
  hash text not null
  created_at timestamp with time zone not null default clock_timestamp()
  constraint workflow_documents_pkey PRIMARY KEY (workflow_id)
  constraint workflow_documents_hash_form CHECK ((hash ~ '^[0-9a-f]{64}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

create table millrace.workflows
  id integer not null generated always as identity
  tenant_id integer not null
  name text not null
  version text not null
  definition jsonb not null default '{}'::jsonb
  created_at timestamp with time zone not null default now()
  registered_at timestamp with time zone not null default clock_timestamp()
  deleted_at timestamp with time zone
  shared_id integer
  constraint workflows_name_key UNIQUE (tenant_id, name, version)
  constraint workflows_pkey PRIMARY KEY (id)
  constraint workflows_definition_form CHECK ((jsonb_typeof(definition) = 'object'::text))
  constraint workflows_name_form CHECK ((name ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  constraint workflows_version_form CHECK ((version ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  CREATE INDEX workflows_shared ON millrace.workflows USING btree (shared_id) WHERE (shared_id IS NOT NULL)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using (tenant_id = ( SELECT millrace.current_tenant() AS current_tenant))

-- views ---------------------------------------------------------------------------------------------------------

create view millrace.entity_details with (security_invoker=true) -- The instances of machines as they are now.
  tenant_id integer
  id uuid
  entity_table text
  entity_id text
  workflow_name text
  workflow_version text
  current_state text
  current_state_metadata jsonb
  started_at timestamp with time zone
  updated_at timestamp with time zone
  completed_at timestamp with time zone
  metadata jsonb
  status text
  seq integer
  entered_at timestamp with time zone
  due_at timestamp with time zone

create view millrace.entity_trail with (security_invoker=true) -- The trail of instances of machines.
  tenant_id integer
  id text
  entity_workflow_instance_id uuid
  instance_id uuid
  seq integer
  entity_table text
  entity_id text
  workflow_name text
  workflow_version text
  from_state text
  to_state text
  transition_name text
  transition_id uuid
  executed_by text
  claimed_by text
  executed_at timestamp with time zone
  metadata jsonb
  context jsonb
  notes text
  spent_ms bigint
  hash text

create view millrace.machine_state_details with (security_invoker=true) -- The states of machines, each in its newest version.
  tenant_id integer
  id uuid
  workflow_name text
  workflow_version text
  name text
  is_initial boolean
  is_final boolean
  metadata jsonb
  created_at timestamp with time zone
  ordinal integer
  sla_ms bigint

create view millrace.machine_transition_details with (security_invoker=true) -- The transitions of machines, each in its newest version.
  tenant_id integer
  id uuid
  workflow_name text
  workflow_version text
  from_state text
  to_state text
  transition_name text
  conditions jsonb
  context jsonb
  metadata jsonb
  wildcard boolean
  after_ms bigint
  rank integer

create view millrace.run_details with (security_invoker=true) -- A run as people see it: status, input, output, failure, times.
  run_id bigint
  tenant_id integer
  id uuid
  workflow_id text
  version text
  queue text
  priority smallint
  status text
  reason text
  meta json
  input text
  output text
  failure text
  current_step_id text
  starts_at timestamp with time zone
  waits json
  definition jsonb
  created_at timestamp with time zone
  updated_at timestamp with time zone
  completed_at timestamp with time zone
  timeout_at timestamp with time zone
  paused_at timestamp with time zone
  resumed_at timestamp with time zone
  retry_count integer
  phase text

create view millrace.run_journal with (security_invoker=true) -- The journals of runs, in one list.
  run_id bigint
  tenant_id integer
  seq integer
  at timestamp with time zone
  kind "char"
  name text
  data text

create view millrace.workflow_details with (security_invoker=true) -- The workflows of all kinds, each in its newest version.
  tenant_id integer
  id text
  name text
  version text
  kind text
  input_schema jsonb
  created_at timestamp with time zone
  registered_at timestamp with time zone
  description text
  metadata jsonb
  is_active boolean
  updated_at timestamp with time zone
  states jsonb

-- functions -----------------------------------------------------------------------------------------------------

create function millrace.accept_delivery(p_webhook bigint, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean, p_ip text)
  returns TABLE(status text, delivery text, run uuid)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A delivery whose signature was checked starts a run.
  body: 6445c1b2196ab8d4a4a91d5cd90c072f

create function millrace.action_problem(p_action jsonb)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: What is wrong with the fields of an action taken together.
  body: d9ce0e2987154cd231296cec00194c47

create function millrace.action_scope(p_row millrace.entity_history, p_entity millrace.entities, p_roles jsonb)
  returns jsonb
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: What the actions of a transition may read.
  body: c3e1d1e2a226e7d9dbafa0c156fd64ae

create function millrace.activate_workflow(workflow_id text, options jsonb DEFAULT '{}'::jsonb)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Runs of a workflow may be started again.
  body: 4ae260d3f7a811b346c9772eda5b87f3

create function millrace.add_logs(p_tenant integer, p_runs bigint[], p_ages integer[], p_levels "char"[], p_steps text[], p_attempts integer[], p_messages text[], p_fields text[], p_dropped integer[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Lines that handlers logged.
  body: de838091ea0b0698ad759963baee131e

create function millrace.adopt_workflow(p_tenant integer, p_name text, p_version text)
  returns millrace.workflows
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A workflow version of the installation is this tenant's too.
  body: a899d81a289e3a8dfabb0ba23b422a37

create function millrace.advance_events(p_tenant integer, p_only bigint[], p_events json, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=on set enable_mergejoin=off
  comment: The part of advance_tasks about events: emits them, and notes who waits.
  body: 3f61a4215ddbf5824a9b68d46b632aef

create function millrace.advance_tasks(p_tenant integer, p_runs bigint[], p_tasks integer[], p_fences bigint[], p_ops "char"[], p_seqs integer[], p_tails text[], p_outputs text[], p_parents bigint[], p_keys text[], p_names text[], p_ms text[], c_runs bigint[], c_seqs integer[], c_kinds "char"[], c_names text[], c_data text[], p_children json DEFAULT NULL::json, p_stamp bigint DEFAULT NULL::bigint, p_transaction text DEFAULT NULL::text, p_patience integer DEFAULT NULL::integer, p_sent timestamp with time zone DEFAULT NULL::timestamp with time zone, c_begun integer[] DEFAULT NULL::integer[], p_asks json DEFAULT NULL::json, p_events json DEFAULT NULL::json, p_values json DEFAULT NULL::json, p_successors json DEFAULT NULL::json)
  returns TABLE(run_id bigint, verdict "char", seq integer, kind "char", name text, data text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: All that an owner has to say about its runs: results, endings, waits, pauses.
  body: a688a980e3ca8325fa02abc0aa642e1f

create function millrace.answer_approval(approval_id text, approved boolean, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Answers a question to people; the run that asked goes on.
  body: 39e099d61fc510ffeb920a84b789b97d

create function millrace.answer_error(p_code text, p_message text, p_detail text, p_hint text)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Raises an error for a caller of the api, with its HTTP status.
  body: 6286f1c537481de0d58388bdad2cfe50

create function millrace.append_audit(p_tenant integer, p_subject text, p_action text, p_target text, p_detail jsonb DEFAULT NULL::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Writes down who did what.
  body: 6ed5d0fab63f5b5a82cfa4a3652a3a75

create function millrace.append_feed(p_runs bigint[], p_firsts integer[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Rows in the feeds of tenants that have one.
  body: 9ba11c88c4fc71b5a5650b796ce30d64

create function millrace.append_rows(p_tenant integer, p_only bigint[], c_runs bigint[], c_seqs integer[], c_kinds "char"[], c_names text[], c_data text[], c_begun integer[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Writes what owners append to the journals of their runs.
  body: 8b20a2331164f69542d62056bf2b53f1

create function millrace.apply_ask(p_run bigint, p_task integer, p_seq integer, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Pauses a run that was asked to while it was leased.
  body: 05b00a6d97c8f23426d407535281a83f

create function millrace.apply_rules(p_tenant integer, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_named bigint[], OUT judged jsonb, OUT skip bigint[], OUT delays bigint[], OUT within_ms bigint[])
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: What the rules of starts mean for a call of start_runs.
  body: a2c6e631072aace083ce68d0cb2ca9d3

create function millrace.apply_verb(p_op millrace.bulk_operations, p_run bigint)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Does to one run what a bulk operation is for.
  body: f220cc73862bcad726da85bcafd02ad6

create function millrace.approval_id(p_run bigint, p_step text)
  returns text
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The id of a question to people.
  body: 055dbe8cb820dbbeee6fda4b8e79c664

create function millrace.approval_place(p_id text, OUT run bigint, OUT step text)
  returns record
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The run and the step of a question to people.
  body: 130ce93333a51652ae3acb0753f1deae

create function millrace.ask_people(p_tenant integer, p_only bigint[], p_asks json, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Opens the questions that owners ask.
  body: 6d2b57fe3c097377082630f01ace1eb7

create function millrace.attribute_bounds(p_name text, p_type "char", p_condition jsonb)
  returns TABLE(lo text, hi text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: What a condition says of an attribute's keys.
  body: f2192353220473bfab373d7924e6a1ee

create function millrace.attribute_key(p_type "char", p_value jsonb)
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: A text that sorts as the values of a type do; null for a value of another.
  body: a0e54dd4e1eae440703f905187d6f343

create function millrace.attribute_ranges(p_tenant integer, p_filter jsonb)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The conditions of a filter by attributes, as ranges of keys.
  body: d2f37742c709387463408f955696f452

create function millrace.attribute_rows(p_route integer, p_values jsonb, p_strict boolean DEFAULT false)
  returns TABLE(attribute integer, key text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Of some values those that are declared attributes, as their index has them.
  body: 67b5bd31b753aa5a2ed6eb1b542981e1

create function millrace.attribute_runs(p_ranges jsonb, p_most integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The runs within some ranges of one attribute, if they are at most so many.
  body: 66195e9eea5fa27a16aa70578c22020e

create function millrace.attribute_source(p_ranges jsonb, p_source text, OUT runs bigint[], OUT points jsonb)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: From where a list with conditions on attributes is made.
  body: f10424a18c986347c31c70aec6c5ac5a

create function millrace.attribute_type(p_rule jsonb)
  returns "char"
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: The letter of the type of an attribute.
  body: 4de084edcd2cc9efb955e15f778586b1

create function millrace.attribute_window(p_points jsonb, p_bound bigint, p_newer boolean, p_size integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The next ids of a list of runs by values of an attribute.
  body: a374be976493cce246e7da39c8977287

create function millrace.begin_delays(p_delays bigint[], p_metas text[])
  returns bigint[]
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: How long each start is held back, its debounce or batch included.
  body: e786ad782bf55b9d90fa8fa2c2573b31

create function millrace.begin_incarnation(p_seen_fence bigint DEFAULT 0)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Invalidates every lease after the database was set back by a restore.
  body: de8eac9fe6657d34f0aac1e07d935e28

create function millrace.begin_posts(p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deliveries that were told in transactions that have been committed are due.
  body: 95abadd6b3dcb424f3005149a0b7963d

create function millrace.begin_request(p_tenant integer, p_key text, p_hash text, p_lease_ms integer, p_keep_ms bigint)
  returns TABLE(verdict "char", first_id bigint, status smallint, headers text, body text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Whether a request with a key is to be carried out.
  body: 028ef9b0ef1e609f0dad38e2bd3c3786

create function millrace.begin_undo(p_runs bigint[], p_note json, p_failure text, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Has the completed steps of runs undone before these end.
  body: b6e665b7379c0371841eb3b7da056970

create function millrace.bind_arguments(p_filter text, p_count integer, p_names text[], p_text text, p_at integer)
  returns integer[]
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Where the arguments of a filter go.
  body: 39362eac3656c557d983befdc2b260e4

create function millrace.bulk_cancel(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: cancel_workflow for all runs that a filter matches.
  body: c0a4955b9cdcc126b9d7286929efd7b5

create function millrace.bulk_discard(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: discard_workflow for all runs that a filter matches.
  body: 872d7273b416b65a74aa25d338ec173a

create function millrace.bulk_fork(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: fork_workflow for all runs that a filter matches.
  body: 37577eeb812eceef45e2e43660746529

create function millrace.bulk_json(p_tenant integer, p_id bigint)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A bulk operation as JSON.
  body: 15ac62ee8663711f93a001268ecbd804

create function millrace.bulk_migrate(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: migrate_workflow for all runs that a filter matches.
  body: b7a55babbd27e1702e40b364bdeb744c

create function millrace.bulk_pause(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: pause_workflow for all runs that a filter matches.
  body: 34d568b77e5fab994bb7d94bb1815ee7

create function millrace.bulk_resume(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: resume_workflow for all runs that a filter matches.
  body: ce306d3c175a2fbc7ba688fb39990dbf

create function millrace.bulk_retry(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: retry_workflow for all runs that a filter matches.
  body: 98c41920d515eefe2add8e12e2625c2a

create function millrace.bulk_signal(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: trigger_event for all runs that a filter matches.
  body: f0d18ee36d910ac3aa273e727865a49f

create function millrace.bulk_terminate(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: terminate_workflow for all runs that a filter matches.
  body: 622062a373d03b81c4f4d89ade1aa260

create function millrace.calculate(p_op text, a jsonb, b jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: +, -, *, /, // or % of two cells.
  body: 82394a38a4d14c3518b0f9a5f4cc7e3d

create function millrace.calculate_floats(p_op text, a double precision, b double precision)
  returns double precision
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: +, -, * or / of two floats.
  body: db9afe8d2a0bf0b77d27a00722a3fbe4

create function millrace.call_off(p_tenant integer, p_run bigint, p_task integer, p_fence bigint, p_children bigint[], p_steps text[], p_reason text DEFAULT NULL::text)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends what given-up steps of a run have begun elsewhere: children, questions to people.
  body: 9e5a059ddc87be711e864d1b56c4b1b3

create function millrace.caller_options(p_function text, p_options jsonb, p_claims text[] DEFAULT '{}'::text[])
  returns jsonb
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: What a caller of the schema api gave, with the tenant and the name of the token.
  body: cb4b21995527e1a1cae13dd87af9a36b

create function millrace.caller_tenant()
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The tenant for which the caller of the schema api acts; MR042 without one.
  body: 53474c738cf6c689a7dc549a0487576e

create function millrace.cancel_runs(p_tenant integer, p_runs bigint[], p_note json, p_failure text DEFAULT NULL::text, p_stuck boolean DEFAULT false, p_at_once boolean DEFAULT false)
  returns SETOF bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends runs, whatever they do; returns those that were alive.
  body: 98457ddd9953dedbb814189dfb5472ae

create function millrace.cancel_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends a run, whatever it does.
  body: 2cc38c88bfae0351e99ad8a418e2ecbe

create function millrace.cell_item(p_cell jsonb, p_key jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What has an index or a key in a cell.
  body: 41e1fb530e79e93da872b49f33514a32

create function millrace.cell_items(p_cell jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The items of a list, the characters of a text, the keys of a mapping.
  body: 8270ec6c318b100e197153623d3a69a1

create function millrace.cell_less(a jsonb, b jsonb, p_level integer DEFAULT 0)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a cell is less than another.
  body: 26bf5fec04722cc2ebd6c1dc249f0174

create function millrace.cell_result(p_cell jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A cell as JSON.
  body: efbb3b065d260c81f33f7d4f34320053

create function millrace.cell_text(p_cell jsonb, p_level integer DEFAULT 0)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A cell as Jinja prints it.
  body: b14fb96e6b34fdb177c289fb04027959

create function millrace.cell_true(p_cell jsonb)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a cell counts as true.
  body: cf4a12c9b6668055ea9fdad4d7f1c5a9

create function millrace.cell_within(p_of jsonb, p_item jsonb)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a cell has another in it.
  body: 0f83d9224370d37000c1a5bfb955017a

create function millrace.cells_compare(p_op text, a jsonb, b jsonb)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether two cells compare so.
  body: 30c137405d66d4a587d15835d0c28e45

create function millrace.cells_equal(a jsonb, b jsonb, p_level integer DEFAULT 0)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether two cells are equal.
  body: a3e4f6d6328c88a77f6b9234944dd007

create function millrace.chain_end(p_run bigint, p_status "char", p_at timestamp with time zone, OUT status "char", OUT at timestamp with time zone, OUT beside bigint)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How and when a run counts as ended for whoever deletes old ones.
  body: 2184fc43b7547bdf9e146fd6e06b1d03

create function millrace.change_case(p_text text, p_capitals boolean)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A text in small letters, or in capitals.
  body: 0fa30d0984063a3bd6940e1d8ab2b61e

create function millrace.changed_entities(p_tenant integer, p_since timestamp with time zone)
  returns uuid[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off
  comment: The instances that were moved since a time, if they are few.
  body: f77ba7049dd926377dfb46aedf0c3e27

create function millrace.check_attributes(p_rules jsonb)
  returns void
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses attributes that no workflow can declare.
  body: aa8165cbfdccacc43c5bbfad99deedf1

create function millrace.check_conditions(p_conditions jsonb)
  returns void
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses what is no filter by attributes.
  body: 9e25d1c50bbb65266957af9ccfe141d5

create function millrace.check_document(p_document jsonb)
  returns text
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Refuses a graph's document that no worker could take; returns the id of its workflow.
  body: 95ca31771e3b28ca21a04911caf0a8c9

create function millrace.check_event(p_name text, p_key text, p_dedupe text, p_bytes integer)
  returns void
  language plpgsql stable set search_path=pg_catalog, pg_temp
  comment: Refuses an event with a bad name or key, or too much data.
  body: 5604e0e974f169507596448c0c831401

create function millrace.check_filter(p_function text, p_filter jsonb, p_kinds jsonb DEFAULT '{}'::jsonb)
  returns integer
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses what is no filter of runs; returns the tenant's number.
  body: c4540dbf4675fd7607051b0df2fa38cd

create function millrace.check_limits(p_rules jsonb)
  returns void
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses rules that could not be followed.
  body: 271b00354589e80a58ddce45c03343cb

create function millrace.check_live(p_tenant integer, p_more integer, p_metas text[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Refuses starts of a tenant that has as many unfinished runs as it may have.
  body: 67822d3baad42fc629bf17626c8eda22

create function millrace.check_machine(p_document jsonb)
  returns text
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Refuses a machine's document that cannot be stored; returns its name.
  body: 8d433d63439a4c1ea594b9d513056258

create function millrace.check_names(p_tree jsonb)
  returns void
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Refuses an expression that reads what no transition has.
  body: 12b77073e4a6a7f3a15db5946bfdfb26

create function millrace.check_options(p_function text, p_options jsonb, p_kinds jsonb DEFAULT '{}'::jsonb)
  returns integer
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses options that a public function does not know; returns the tenant's number.
  body: 28ec9a78c0f469d8f084fce57680b6da

create function millrace.check_order(p_order jsonb)
  returns void
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses what is no order of get_runs.
  body: 324c72aa178eaec8e2b11fe30138a6eb

create function millrace.check_progress(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(completed_steps integer, total_steps integer, completion_percentage numeric)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: How far a run is: steps done, steps in all, per cent.
  body: 75f72109337df555a8e351ae0caad8db

create function millrace.check_quota(p_tenant integer, p_kind text, p_more bigint DEFAULT 1)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses what would be more than a tenant may have.
  body: ce8f14054f07bf4611f7786051bee3b7

create function millrace.check_rules(p_workflow text, p_rules jsonb)
  returns void
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses rules of a definition that could not be followed.
  body: 122543eeb64dafbffb650c07602a642f

create function millrace.check_schedule(p_id text, p_options jsonb)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses a schedule that could not be followed.
  body: 0ea11603fad2ea01e9f9e4e562243e3a

create function millrace.check_scopes(p_scopes jsonb)
  returns text[]
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Scopes of a key, as a sorted array.
  body: 1816b8b9707261431c1e844a33d96219

create function millrace.check_starts(p_metas text[])
  returns void
  language plpgsql stable set search_path=pg_catalog, pg_temp
  comment: Refuses metas of starts that others could not read later.
  body: f5201ec8f4d270976d65ae328c004452

create function millrace.check_state(p_tenant integer, p_machine text, p_state text)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses a state that no version of a machine has.
  body: 115edb0c6c99bebb112e484086bdc75a

create function millrace.check_templates(p_value jsonb)
  returns void
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Refuses a value whose texts have expressions that cannot be read.
  body: 80c73053e890b583d902c54a12e44d94

create function millrace.check_transaction(p_transaction text)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Whether this is still the transaction of a step that began.
  body: 21650775e40fe3dfd76984c280b7c6c6

create function millrace.check_verb(p_tenant integer, p_verb text, p_filter jsonb, p_options jsonb, p_rate integer)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses a bulk operation without what its verb needs.
  body: 648c6064f8ee4952574def86dcb0cd0c

create function millrace.check_webhook(p_id text, p_options jsonb, p_new_secrets text[])
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses a webhook that could not work.
  body: dfe1a2721ce910398c644f211009cdf4

create function millrace.claim_ahead(p_tenant integer, p_worker bigint, p_routes integer[], p_want integer, p_look timestamp with time zone)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Leases runs that sleep shortly before their time comes.
  body: 065c65fa137f8413777e0975339589b0

create function millrace.claim_due(p_tenant integer, p_worker bigint, p_routes integer[], p_after bigint[], p_want integer, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Leases runs whose time has come straight from their wait.
  body: 108bdfbce27ed9c3ae7da5bd02f43824

create function millrace.claim_free(p_tenant integer, p_worker bigint, p_route integer, p_want integer)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: Leases runs in lanes of a route whose rules are gone.
  body: eab60571e7dadf243f6159c3b156a58d

create function millrace.claim_lanes(p_tenant integer, p_worker bigint, p_route integer, p_want integer, p_suspect boolean, p_sweep boolean)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: Leases runs of a route that has limits.
  body: 674012225f2087baa79d38f09358e43d

create function millrace.claim_names(p_tenant integer, p_ids bigint[], p_metas text[])
  returns bigint[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes keys and callers' ids of a start; returns the runs whose name is taken.
  body: 00f43ca26cb65298ba7afe03f7572acd

create function millrace.claim_tasks(p_tenant integer, p_worker bigint, p_epoch integer, p_routes integer[], p_after bigint[], p_want integer, p_suspect boolean DEFAULT true, p_idle boolean DEFAULT false, p_since timestamp with time zone DEFAULT NULL::timestamp with time zone, p_ahead integer DEFAULT 0, p_lanes integer DEFAULT NULL::integer)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Leases ready runs to a worker, with input, journal and open waits.
  body: 74daf9f9d898f741e0a22454d7d685f4

create function millrace.claim_tenants(p_worker bigint, p_epoch integer, p_routes integer[], p_tenants integer[], p_after bigint[], p_ready integer, p_share integer, p_want integer, p_suspect boolean, p_idle boolean, p_since timestamp with time zone, p_ahead integer, p_lanes integer)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Leases ready runs of any tenants to a worker for all of them.
  body: 5536af53e636e27d7553b7fb5053a1a8

create function millrace.clock()
  returns timestamp with time zone
  language sql volatile
  comment: The time by which runs live: the database's clock, read anew at each call.
  rights: grant execute to public
  a standard SQL body

create function millrace.close_children(p_max integer DEFAULT 100)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Cancels children whose parents have ended or called them off; returns when to go on.
  body: ecdb4dc99a4160b198e535d2cff4d636

create function millrace.close_feed(p_tenant integer, p_reader text)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Ends a reader of a feed whose place is kept.
  body: 8434988cbdbaccc5bd7ec6ab0bd11f04

create function millrace.compare_numbers(a jsonb, b jsonb)
  returns integer
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a number is less than, equal to or more than another.
  body: ad332b0771e898e1c89cc242de247895

create function millrace.comparison_holds(p_found jsonb, p_op text, p_value jsonb)
  returns boolean
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a value compares so with another.
  body: a897bde5a6ee5eeea8989db3ed4f36da

create function millrace.continue_runs(p_tenant integer, p_only bigint[], p_successors json)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts the runs as which others continue, in the call that ends those.
  body: e1c41aa45e300567da2a18ffe99b7e8b

create function millrace.copy_history(p_tenant integer, p_from bigint, p_to bigint, p_before integer, p_except text)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=on set enable_mergejoin=on
  comment: Gives a new run the history of another up to a row.
  body: 8242e9c236b1aaaba6e39e924e5533b4

create function millrace.count_delivery(p_hook millrace.webhooks, p_status "char", p_n integer, p_keep boolean)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Counts deliveries that started nothing; whether the log has room.
  body: b1703dfd04f7af50cd688ba3a67fc31b

create function millrace.count_entities(machine text, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(state text, final boolean, count bigint)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How many instances of a machine are in each of its states.
  body: cb2ca8fe4daa85b47c9c29aa9f141c83

create function millrace.count_live(p_tenant integer, p_first boolean DEFAULT false)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=on
  comment: Counts the unfinished runs of a tenant, at most once a second.
  body: 4d91f4ddf3677998a5cc58cc2b1969c3

create function millrace.create_key(name text, options jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: An API key of a tenant.
  body: 59cd28525a14a540853f17109a89dc0b

create function millrace.current_tenant()
  returns integer
  language sql stable security definer parallel safe set search_path=pg_catalog, pg_temp
  comment: The tenant of the token, or that the transaction was given; null without one.
  rights: grant execute to public
  body: a95e9d98e04831f7e0450b03c7d0fa79

create function millrace.deactivate_workflow(workflow_id text, options jsonb DEFAULT '{}'::jsonb)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: No run of a workflow may be started until it is activated.
  body: b425dd953eb9faeb00b00b6070a5cce2

create function millrace.debounce_runs(p_tenant integer, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives runs that wait for their begin the input of the last start, and puts them off.
  body: 9dba3bf50b9aeb0d91bbd7be066d2fca

create function millrace.default_quotas()
  returns TABLE(kind text, most bigint)
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: The quotas of a tenant for which nobody has set any.
  body: b6aa41e78e535dd56699e25c75054e2a

create function millrace.define_machine(document jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, created boolean, notes jsonb)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Stores an entity machine: states and transitions of rows of users' tables.
  body: 3d137e23aa2993cb1634ca72fe105f24

create function millrace.define_workflow(document jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, created boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Stores a graph: a workflow that is a document, without code.
  body: 3ee6fbbd850848667c6959b4c987a501

create function millrace.delete_entities(p_tenant integer, p_batch integer)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Of a tenant that is being deleted the next instances of machines.
  body: 0c1b0807d835a8ac4cb77f7bb24d2966

create function millrace.delete_runs(p_tenant integer, p_runs bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes runs that have ended out of the history.
  body: f1d6d42ffe62750895cf68d40a7c4bc1

create function millrace.delete_schedule(id text, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A schedule starts nothing any more.
  body: 3816e7b3a179a6883ed0461c2d507189

create function millrace.delete_secret(name text, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A tenant has that secret no more.
  body: a4ff3fa7e80ad9ada39728b2b0871cf8

create function millrace.delete_tenant(slug text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes a tenant with every row that is its, a batch at a time.
  body: 150a2b660b6afd2c3388b528fa8eaa70

create function millrace.delete_webhook(id text, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Nothing comes in or goes out by a webhook any more.
  body: bfd629dcd60b5973cffe2b3a5a0e5594

create function millrace.delete_workflow(workflow_id text, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(versions integer, live integer)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A workflow is gone; its runs can still be read, and its name be used again.
  body: 7e216d8a71b51ffe3c695335eb2c7e2e

create function millrace.describe_routes(p_routes integer[])
  returns TABLE(route_id integer, tenant_id integer, tenant text, name text, version text, shared_id integer, document_id integer, document_name text, kind text, queue text, priority integer, head bigint, sweep_ms integer, limited boolean)
  language sql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What a worker for all tenants must know of routes.
  body: 1e85b6521e4b0a17be0641af34595ff4

create function millrace.describe_worker(p_worker bigint, p_info jsonb)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Changes what people see of a worker.
  body: ea7269dd541f9f6a0490ac3ff299d9b8

create function millrace.discard_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Takes a failure off the list of failures.
  body: 37a832ada158e133dac5cb895241a4ac

create function millrace.dispatch_place(options jsonb, OUT kind "char", OUT name text)
  returns record
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What pause_dispatch and resume_dispatch are about.
  body: a9e01e3ac99ce18d812f177459663276

create function millrace.divide_floats(p_op text, a double precision, b double precision)
  returns double precision
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: // or % of two floats.
  body: b9ff04b063d2c3cc34c4777d523569fb

create function millrace.divide_integers(a numeric, b numeric)
  returns double precision
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The float that is nearest to the quotient of two integers.
  body: f57903e8eb15cb12e5bd6466da347935

create function millrace.document_blocks(p_document jsonb)
  returns TABLE(pointer text, level integer, nodes jsonb)
  language sql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The lists of nodes of a graph's document.
  body: 751473223d495a7a2497a4cea904f3a5

create function millrace.document_cycle(p_nodes jsonb)
  returns text[]
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A circle among nodes that depend on each other; null if there is none.
  body: a4df542b42129139f593ac5adcfb9098

create function millrace.document_ms(p_duration jsonb)
  returns bigint
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: A duration in a document, in milliseconds.
  body: 62753b760e0fdccef96a638e0c43608d

create function millrace.drain_workers(options jsonb)
  returns text[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Tells workers to finish what they have, and to end.
  body: 6f649fea70ebe6afaa494193a2ba0dc7

create function millrace.draw_instance()
  returns uuid
  language sql volatile set search_path=pg_catalog, pg_temp
  comment: The id of a new instance of a machine; it rises with time.
  body: 13a998b6376fdbeb9a214df1ced488dc

create function millrace.draw_token()
  returns bytea
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: 256 bits that nobody can guess.
  body: bb188d5775fdf6ead1b70559e3c96f3b

create function millrace.drawn_id(p_option text, p_value text)
  returns bigint
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: A number that the caller drew by take_ids, as an option of a function.
  body: b52ca2cd3859332972d370b418ee441c

create function millrace.drop_event_waits(p_runs bigint[])
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes the waits of runs that have ended out of event_waits.
  body: 154c606c06546f2f293a9f1aee175dce

create function millrace.drop_replaced(p_only bigint[], p_ask bigint[], p_runs bigint[], p_ops "char"[], p_events json, OUT mine bigint[], OUT asked bigint[])
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Of the runs in a call of advance_tasks those that its own emissions have not cancelled.
  body: 5850309eab4a385d8f6d84bf04a38fd6

create function millrace.drop_webhook(p_id bigint)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A webhook is not there any more; a worker takes its deliveries away.
  body: cab661f9d25b22bfd5714b15cb17365f

create function millrace.due_schedules(p_max integer DEFAULT 100)
  returns TABLE(id bigint, revision integer, cron text, every_ms bigint, anchor_at timestamp with time zone, timezone text, catch_up text, after_at timestamp with time zone, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The schedules that a worker should look at now.
  body: 1b7d78048823f3fd547447d100388849

create function millrace.duration_ms(p_duration jsonb)
  returns bigint
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A duration in milliseconds, from a number or an interval as text.
  body: 6c69334d3768154d7f7b112f36ef83e4

create function millrace.duration_text(p_ms bigint)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: A duration for people.
  body: 74e5d4e570c4f5c126dd8440fa7b16ff

create function millrace.emit_event(event_name text, data jsonb DEFAULT NULL::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Tells a fact to all runs that wait for it, and starts workflows on it.
  body: f5bbf42b17c4ab3652df78d27d59540f

create function millrace.end_event_waits(p_tenant integer, p_runs bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives events to runs that wait for nothing else, all at once.
  body: c024b3b4453fcda7973803120b4e51c5

create function millrace.end_runs(p_tenant integer, p_only bigint[], p_runs bigint[], p_ops "char"[], p_tails text[], p_outputs text[], p_parents bigint[], p_heard bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What follows when runs end: outcome, buffer emptied, parents told, clients notified.
  body: bb7d6ac9b44612e2894606a2eb44b4d3

create function millrace.entity_hash(p_before bytea, p_row millrace.entity_history)
  returns bytea
  language sql stable
  comment: The hash of a row of history, from that before it.
  a standard SQL body

create function millrace.entity_json(p_tenant integer, p_ids uuid[])
  returns TABLE(entity_id uuid, entity json)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Instances of machines as JSON.
  body: b3dcae12f8dd5d8f1f0ac2b28fb79e4f

create function millrace.entity_seed(p_machine text, p_table text, p_entity text)
  returns bytea
  language sql stable
  comment: What stands before the first row of a trail in its hash: whose it is.
  a standard SQL body

create function millrace.entity_tables(p_tenant integer)
  returns text[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off
  comment: The tables whose rows are in machines of a tenant.
  body: cd2eb6f95b02cc898ff15366f3c69353

create function millrace.entity_window(p_tenant integer, p_tables text[], p_entity text, p_machines text[], p_states text[], p_bound uuid, p_newer boolean, p_size integer)
  returns uuid[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off
  comment: The next ids of a list of instances.
  body: 23da1902d5c6da07dc5fd4c9ecd4ee48

create function millrace.evaluate_expression(p_tree jsonb, p_scope jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set extra_float_digits=1
  comment: The value of an expression over a scope.
  body: b2c8c176c2bf9501f4c23e28f3c7580f

create function millrace.event_message(p_name text, p_key text)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The message that an event of a name and key is to runs that wait for it.
  body: 336cceebfb9973c068feeecb19e5fccf

create function millrace.event_output(p_data text)
  returns json
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: What a row of the journal gave, of an event its data alone.
  body: 55fe9ab7e8db69351ff4e103f01dfed1

create function millrace.events_due(p_now timestamp with time zone)
  returns timestamp with time zone
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: When somebody shall call work_events.
  body: 0c4b796a0358d3faa2f3ed254d67df5d

create function millrace.exact_number(p_float double precision)
  returns numeric
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The number that a finite float is, with all of its digits.
  body: 1746e2850104bf7f5f102c8650e7ed6b

create function millrace.execute_transitions(p_tenant integer, p_ids uuid[], p_names text[], p_states text[], p_bys text[], p_requests text[], p_extras text[])
  returns TABLE(ordinal integer, instance_id uuid, seq integer, from_state text, to_state text, transition text, executed_at timestamp with time zone, repeated boolean, problem json)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves instances along transitions.
  body: 380df2c845289ef4ddd867f21cab444d

create function millrace.expire_runs(p_max integer DEFAULT 1000)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Fails the runs whose own time-out is over; returns how many.
  body: 02677807927bbb7996dc566936a430b3

create function millrace.export_tenant(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(cursor text, lines text[])
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: All that is kept of a tenant, page by page, as lines of JSON.
  body: 9c094986f1a3e3a5599ffd7edd42b3c0

create function millrace.expression_problem(p_what text, p_path text DEFAULT NULL::text)
  returns void
  language plpgsql volatile set search_path=pg_catalog, pg_temp
  comment: Raises what goes wrong while an expression is evaluated.
  body: 8883bfda70e50546b194f8e5db340591

create function millrace.expression_words(p_text text, p_from integer, p_braces boolean, OUT words text[], OUT kinds text[], OUT starts integer[])
  returns record
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The words of an expression.
  body: a2f4346e77a8cf5de90fe34cf8a11404

create function millrace.fail(p_code text, p_message text, p_hint text, p_detail json DEFAULT '{}'::json)
  returns void
  language plpgsql volatile set search_path=pg_catalog, pg_temp
  comment: Raises an error of the table in src/model/error-codes.ts.
  body: 81239a5198901bcd30a8493539512285

create function millrace.fail_batch(p_op millrace.bulk_operations, p_run bigint, p_code text, p_text text, p_now timestamp with time zone)
  returns millrace.bulk_operations
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: What becomes of a bulk operation whose batch failed as a whole.
  body: 1996807fc2ac6b2e11cd475b3a2dbd6b

create function millrace.fail_stopped(p_tenant integer, p_runs bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends children that were just made of workflows that take no starts.
  body: 1549415303cebf6116b1cf50f799f965

create function millrace.failed_steps(p_run bigint, p_step text)
  returns text[]
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The steps of a failed run that its retry does anew.
  body: 29d66f52f40d2fd8b8715fc4377f33f2

create function millrace.fast_forward_workflow(run_id uuid, data jsonb DEFAULT '{}'::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends the wait that a run is in.
  body: c4441bc924e5b1fd28b4111e7a5f97ae

create function millrace.feed_rows(p_run bigint, p_first integer, p_last integer, p_status "char", p_at timestamp with time zone)
  returns TABLE(what text, seq integer, at timestamp with time zone, kind "char", name text, data text)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What a row of a feed says.
  body: 0ae7fc4818005459117b5c593ed32b7c

create function millrace.feed_runs(p_tenant integer, p_runs bigint[], p_now timestamp with time zone)
  returns bigint[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives runs the events that they wait for; returns those that others hold.
  body: 358da7543ba152c377a8cf682232907e

create function millrace.feed_waits(p_tenant integer, p_runs bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives runs the events that they are due.
  body: 0ad539488b9d763b329819ed54995d5e

create function millrace.few_runs(p_tenant integer, p_source text, p_label "char", p_value text, p_ids bigint[], p_ranges jsonb, p_most integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The runs that a filter may match, if they are few.
  body: b67b537a6e7835f1de54c3d1b70c92f9

create function millrace.fill_attributes(p_rules jsonb, p_given jsonb, p_input jsonb)
  returns jsonb
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The attributes of a start: from its input, and as given.
  body: 3e180f0c124c2119d5d5ff7c688131eb

create function millrace.fill_batches(p_ids bigint[], p_inputs text[], p_judged jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Puts the inputs of starts into the batches that they came into.
  body: e667648f5c45be8ff89310d1362106c5

create function millrace.fill_template(p_value jsonb, p_scope jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set extra_float_digits=1
  comment: A value whose texts hold {{ expressions }}, with the values of these.
  body: 2f0a36b544dd6aedb190d50a5fa12eea

create function millrace.fill_value(p_value jsonb, p_scope jsonb, p_fuel integer, OUT value jsonb, OUT fuel integer)
  returns record
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A part of what fill_template fills.
  body: 794243b7720db2c3ee4c4d1e00e88648

create function millrace.filter_cell(p_name text, p_cell jsonb, a jsonb, b jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What a filter makes of a cell.
  body: 28e8c67bfd77e89bc12eea05077a5f04

create function millrace.filter_cost(p_name text, p_cell jsonb)
  returns integer
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: The fuel that a filter takes for a cell.
  body: 78c286289425cd2da14768329e8e1b88

create function millrace.find_attribute(p_tenant integer, p_filter jsonb, p_name text, OUT ids integer[], OUT type "char")
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: What runs are looked for by, when a filter names this attribute.
  body: 4b2ac3e26834632eab6ba7f9b4888c1e

create function millrace.find_entities(p_tenant integer, p_filter jsonb, p_bound uuid, p_newer boolean, p_limit integer, OUT ids uuid[], OUT bound uuid)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The instances that a filter matches, on one side of a bound.
  body: c1d196d3d424f35d379f22140de02c99

create function millrace.find_entity(p_tenant integer, p_instance uuid, p_entity jsonb)
  returns uuid
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Which instance is meant, by its id or its entity.
  body: de4d9914a20cba0e2780142b63a2060d

create function millrace.find_instances(p_tenant integer, p_ids uuid[], p_requests text[], p_extras text[])
  returns uuid[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Which instances are meant by entities.
  body: 7876b541ff47ab4a97d600335c448caf

create function millrace.find_ordered(p_tenant integer, p_filter jsonb, p_name text, p_up boolean, p_key text, p_run bigint, p_limit integer, OUT runs bigint[], OUT keys text[], OUT from_key text, OUT from_run bigint)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The runs that a filter matches, in the order of an attribute.
  body: bf4881f4a993d1119ec07971524c8406

create function millrace.find_run(p_tenant integer, p_run uuid, p_resource text DEFAULT NULL::text)
  returns bigint
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The run id behind a UUID of ours or of the caller's; MR041 if there is none.
  body: 8f3ea65c58d5dfcd09c422762b3ab5c5

create function millrace.find_runs(p_tenant integer, p_filter jsonb, p_bound bigint, p_newer boolean, p_limit integer, OUT runs bigint[], OUT bound bigint)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The runs that a filter matches, on one side of a bound.
  body: 96350ac27d261bd6d3e0da6374e4f519

create function millrace.find_schedule(p_tenant integer, p_name text)
  returns millrace.schedules
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The schedule of that id, locked.
  body: c84ce291c41ddd1a9491ca2235d708a0

create function millrace.find_webhook(p_tenant integer, p_name text)
  returns millrace.webhooks
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The webhook of that id, locked.
  body: c5b6c9d3053275a0f1d79194cfecd2db

create function millrace.find_workflow(p_tenant integer, p_name text)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses a workflow that there is not.
  body: 2ebd965ebeb5ab32caef621b81db891f

create function millrace.finish_request(p_tenant integer, p_key text, p_first bigint, p_status smallint, p_headers text, p_body text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Keeps what a request with a key was answered.
  body: 9affadb6889cf774a33601e91108849a

create function millrace.fire_schedule(p_id bigint, p_revision integer, p_ticks timestamp with time zone[], p_after timestamp with time zone, p_next timestamp with time zone, p_note jsonb, p_problem jsonb)
  returns text
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The times of a schedule that have come get their runs, and it goes on to its next time.
  body: a1fadeaa30eab22a2ac792a85de374b4

create function millrace.fire_schedules(p_firings jsonb)
  returns TABLE(id bigint, verdict text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Does what a worker has worked out for schedules that were due.
  body: 7d278f8b4f7971c4551663349c97ff83

create function millrace.first_of_chain(p_run bigint)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The run that was started, of those that continue each other.
  body: 6a9d438a52f567726d2e077ac5460af1

create function millrace.float_number(p_cell jsonb)
  returns double precision
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A cell that is a number, as a float.
  body: 247165f14a0e0a9f720640c2a4e4a6de

create function millrace.float_text(p_float double precision)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp set extra_float_digits=1
  comment: A float as Python writes it.
  body: 02d2c76708f638a9847dbb6676805851

create function millrace.follow(p_tenant integer, p_follower text, p_runs bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Asks for notifications of what happens to runs, for the next 30 s.
  body: ec6de10ba47d6b3efe080b8bb07a72f6

create function millrace.follow_rules(p_tenant integer, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamp with time zone)
  returns TABLE(run_id bigint, verdict "char", existing bigint)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does what the rules of starts say, once the runs are there.
  body: b0bcc7df24d4204a8719c87aa5d279c6

create function millrace.followed_runs()
  returns SETOF bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The runs that somebody follows.
  body: 54ef01c58857a3e63a1b16053dd275dc

create function millrace.fork_place(p_tenant integer, p_run bigint, p_step text, p_output boolean, OUT first_seq integer, OUT kind "char")
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Where in a run's journal a fork from a step begins.
  body: 907f9e41d95164beda080952046a62ea

create function millrace.fork_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Starts a new run that has the history of another up to a step.
  body: 63a9a1d84356c3e0beb06af54f59ed47

create function millrace.four_eyes_problem(p_eyes jsonb, p_by text, p_instance uuid)
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Why somebody may not do a transition that takes other eyes.
  body: 3b6f40543f05ebd2dc2b74b5d6f45e69

create function millrace.from_digits(p_digits text, p_base integer)
  returns numeric
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The number that digits of a base stand for.
  body: 8e76efb884ab402f7b5f0dbc1e6fa5f8

create function millrace.gate_use(p_tenant integer, p_limits integer[], OUT own jsonb, OUT own_full bigint[], OUT gates bigint[], OUT used integer[], OUT shut bigint[])
  returns record
  language sql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_mergejoin=off
  comment: How many leases go through each gate of these limits.
  body: dc316897aea1ef6fae5bc9be2c73b987

create function millrace.get_approvals(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, run_id uuid, workflow_id text, step_id text, question text, details json, assignees text[], roles text[], asked_at timestamp with time zone, expires_at timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The questions to people that are open.
  body: 71007a2f527d799f68405fd661dc3eba

create function millrace.get_audit(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, at timestamp with time zone, subject text, action text, target text, detail jsonb, last_seen text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Who did what, the newest first.
  body: 6f9e55404aec677dbd1a1332c1796693

create function millrace.get_bulk_operation(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: How far a bulk operation is.
  body: 209b80a9d1eb4623c69a94987742c92c

create function millrace.get_chores(p_tenant integer, p_now timestamp with time zone, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns TABLE(due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: When something comes due, the newest route, and what somebody should do.
  body: f4eb8b065201979f1a97b9f47a34ce0a

create function millrace.get_chunk(p_tenant integer, p_id bigint)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: What was too large for a notification.
  body: bc703142a90d179b92306019f288d997

create function millrace.get_definition(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, kind text, document jsonb, hash text, created_at timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The stored document of a workflow's version.
  body: 16aec3c90ec5611d919f64e4ed09eb32

create function millrace.get_definitions(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, kind text, document jsonb, active boolean, first_at timestamp with time zone, last_at timestamp with time zone, place text, webhook_path text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The workflows that are documents, each with the one that starts take.
  body: 5e5bd8f78b387b7ed9f5437e2129186e

create function millrace.get_deliveries(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, webhook_id text, direction text, received_at timestamp with time zone, status text, reason text, event text, run_id uuid, redelivery_of text, delivery_key text, attempts integer, answer integer, next_at timestamp with time zone, source_ip text, headers jsonb, body text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What webhooks were sent, or have sent, the newest first.
  body: 7f91844a68109de755cd4dca5c58364f

create function millrace.get_documents(p_tenant integer, p_names text[], p_graphs text[], p_known_names text[], p_known_versions text[], p_unfinished boolean)
  returns TABLE(workflow_id text, version text, kind text, document text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The stored definitions that a worker could serve.
  body: cb767936760a2625161a8270ffd093b8

create function millrace.get_engine_state()
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How the engine is, for those who run it, as JSON.
  body: 5e583c4f6acef241b0e41d74640639dd

create function millrace.get_entities(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(entity json, last_seen text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Instances of machines as JSON, newest first, with filters and a cursor.
  body: 15e0bcb3c63bcf2842503a44c8544146

create function millrace.get_entity(instance_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: An instance of a machine, as JSON.
  body: 60929014063cc1c0e37321aed3cf7814

create function millrace.get_events(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, name text, key text, data json, emitted_at timestamp with time zone, keep_until timestamp with time zone, dedupe_id text, matched integer, spreading boolean, started text[])
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The events that are kept, the newest first.
  body: f47d7bbd441f8f0085f65f3e660f521e

create function millrace.get_failures(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(fingerprint text, code text, message text, count bigint, sample uuid, first_at timestamp with time zone, last_at timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Failed runs that nobody has dealt with, grouped by the fingerprint of their failure.
  body: c0733d4979e9b955b590b0fcfb49411d

create function millrace.get_history(instance_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(seq integer, from_state text, to_state text, transition text, transition_id uuid, version text, executed_by text, claimed_by text, notes text, context jsonb, metadata jsonb, changes jsonb, executed_at timestamp with time zone, spent_ms bigint, hash text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The trail of an instance: who moved it, when, from where to where.
  body: 18201036b10376f39e0382aa29970dfb

create function millrace.get_journal(p_run bigint)
  returns TABLE(seq integer, at timestamp with time zone, kind "char", name text, data text, begun integer)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A run's journal, in order.
  body: a5144f765d16d1bdb63d462d1cd81be5

create function millrace.get_keys(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(key json)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The API keys of a tenant, the newest first.
  body: 611458bff44ab0b4fdf7bfd6a0443b7b

create function millrace.get_limits(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(scope text, name text, rule text, "limit" integer, period_ms bigint, burst integer, key text[], running integer, waiting integer, busiest json, paused_at timestamp with time zone, paused_by text, pause_reason text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The limits and pauses of workflows and queues, and how much of them is used.
  body: a2b483649568516d009af9ce448c6124

create function millrace.get_logs(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, at timestamp with time zone, level text, step_id text, attempt integer, message text, fields json, dropped integer)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What the handlers of a run logged.
  body: d5ae1fbc9dbd434c9ff76d5bb7fc4bfe

create function millrace.get_machines(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(definition_id uuid, workflow_id text, version text, newest boolean, active boolean, states integer, transitions integer, entity_table text, metadata jsonb, created_at timestamp with time zone, registered_at timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The entity machines of a tenant, every version.
  body: 5acd4cc175c40f097769bbd1980de9f8

create function millrace.get_members(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(member json)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The members of a tenant, by subject.
  body: 191977c719a43e72d4079d0619cf8dc4

create function millrace.get_metrics(options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How the runs of a tenant did that were started lately, as JSON.
  body: efc5f136f6d81c1eb5e64eed05335846

create function millrace.get_outcomes(p_tenant integer, p_runs bigint[])
  returns TABLE(run_id bigint, status "char", output text, continued_as bigint)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off
  comment: Of some runs those that have ended.
  body: 70ec42b042d6f0d365efe9c9d32f2f19

create function millrace.get_queues(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(queue text, ready integer, delayed integer, running integer, waiting integer, paused integer, oldest timestamp with time zone, workers integer)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What lies in each queue.
  body: 4c9c3e53c2259e5b49cab04557e56eba

create function millrace.get_quotas(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(kind text, most bigint, own boolean, used bigint)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: How much a tenant may have, and has.
  body: 88b043d2ee882313fdfaf16a77be427f

create function millrace.get_routes(p_tenant integer, p_names text[], p_versions text[], p_queues text[] DEFAULT NULL::text[])
  returns TABLE(route_id integer, name text, version text, queue text, priority integer, head bigint, sweep_ms integer, limited boolean)
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The routes that a worker can serve, highest priority first.
  body: 7f6be3ac63713f574c69180a1abdac7b

create function millrace.get_run(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: One run, as JSON: status, input, output, failure, times.
  body: f5b93200966dd3ba97475930c3a0fd46

create function millrace.get_runs(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(run json, last_seen text, place text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Runs as JSON, newest first or by an attribute, with filters and a cursor.
  body: f7a6f2a26036fa501117134a32c4b1bd

create function millrace.get_schedules(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, workflow_id text, cron text, every_ms bigint, anchor_at timestamp with time zone, timezone text, overlap text, catch_up text, input json, run_options jsonb, declared text, created_at timestamp with time zone, after_at timestamp with time zone, next_at timestamp with time zone, last_at timestamp with time zone, last_run_id uuid, waiting integer, skipped bigint, problem jsonb, note jsonb, paused_at timestamp with time zone, paused_by text, pause_reason text, clock timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The schedules of a tenant.
  body: 4d7f0849cb4ca0b8b873e5e9a6ed5901

create function millrace.get_secrets(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(name text, key text, created_at timestamp with time zone, changed_at timestamp with time zone, changed_by text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The names of a tenant's secrets.
  body: 0cf231878e0bc2cb87e1b991aee996c7

create function millrace.get_sla_breaches(machine text, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(entity json, last_seen text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Live instances that have been in their state for longer than its sla.
  body: cc7aa436d794cee35f41cd6e95341639

create function millrace.get_state_times(machine text, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(state text, count bigint, average_ms double precision, p50_ms double precision, p95_ms double precision, max_ms double precision)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How long instances of a machine were in its states.
  body: 08a7b7d14d4c3b443715e6344d50760b

create function millrace.get_storage(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, runs bigint, live bigint, journal_rows bigint, bytes bigint, estimated boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: How much is kept of each workflow.
  body: 0f701efef3834e0a4a001e620ff4787d

create function millrace.get_tenant(options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: A tenant.
  body: 3ac07e0401ae8c883ffc4c85bf77794e

create function millrace.get_tenants(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(tenant json)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: All tenants, by slug.
  body: 86e4f989098cb61415e9f141e4e8b390

create function millrace.get_timeline(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(seq integer, step_id text, kind text, status text, attempt integer, output json, timed_out boolean, failure json, at timestamp with time zone, by text, reason text, child_id uuid, skip_reason text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What happened to a run, in order: attempts, errors, waits, pauses.
  body: e0cbbbf1b4258cf774b177f266f86dd5

create function millrace.get_transitions(instance_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(transition_id uuid, transition_name text, to_state_name text, to_state_metadata jsonb, transition_context jsonb, transition_conditions jsonb, allowed boolean, reason text, not_enforced text[])
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The transitions of the state that an instance is in, and which are allowed.
  body: 97ebbca3779005fca8f9db69e31b0265

create function millrace.get_versions(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, kind text, live integer, pending integer, running integer, waiting integer, paused integer, workers integer, oldest timestamp with time zone, registered_at timestamp with time zone, orphaned boolean, retirable boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The versions of workflows: what runs they still have, and which workers.
  body: 9d01e51bc0f1298051d1fe5c4c9495d6

create function millrace.get_webhook_seals(p_tenant integer)
  returns TABLE(id bigint, webhook text, sealed text)
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The secrets of a tenant's webhooks that are encrypted.
  body: e47a9f33dc7cb0ba07cbb4624d75477f

create function millrace.get_webhooks(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, direction text, workflow_id text, scheme text, path text, tolerance_ms integer, run_options jsonb, url text, events text[], active boolean, declared text, created_at timestamp with time zone, keep_ms bigint, secrets integer, rejected bigint, errors bigint, duplicates bigint, failures integer, failing_since timestamp with time zone, problem jsonb)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The webhooks of a tenant.
  body: 86583f60f2fe8b2b613f9882719a62c9

create function millrace.get_workers(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, info jsonb, running jsonb, started_at timestamp with time zone, lease_until timestamp with time zone, alive boolean, draining boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The worker processes, and the steps that have run for long there.
  body: 26d15872ef1575d22c83e50f9d8deac8

create function millrace.get_workflows(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, version text, kind text, live integer, workers integer, state text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The registered workflow versions, with their live runs and workers.
  body: e82e1021513651f955be6b7b22dc8787

create function millrace.goes_alone(p_tenant integer, p_ids uuid[], p_names text[], p_states text[])
  returns boolean
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Whether one of these transitions has to be done alone.
  body: 77e0355c9deee8d9d50c684723146d12

create function millrace.guard_problem(p_guards jsonb, p_scope jsonb, p_instance uuid)
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Why a transition of an entity machine is not allowed now; null: it is.
  body: 79c34f01c311f7a663d46e7c2581d2e1

create function millrace.hand_back(p_workers bigint[], p_crashed boolean)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Runs leased to workers that are gone go back to the queue, or to pause.
  body: ef204dc40ea53b14e9777bf3a59a5865

create function millrace.has_early(p_tenant integer, p_routes integer[], p_look timestamp with time zone, p_most integer)
  returns boolean
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Whether runs of these routes sleep whose time comes soon.
  body: 07a7a379e6c170d0e5defbf4f7775cfd

create function millrace.has_queued(p_route integer)
  returns boolean
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off
  comment: Whether a route has a run that waits for a worker.
  body: 9fbaa41a80b20fc689b763f89b7162de

create function millrace.hash64(p_text text)
  returns bigint
  language sql immutable security definer parallel safe set search_path=pg_catalog, pg_temp
  comment: 64 bits of the SHA-256 of a text.
  body: a8f90ba0dcbaea6eaefd961cef2fff3d

create function millrace.held_tasks(p_tenant integer, p_worker bigint, p_epoch integer, p_after bigint DEFAULT 0, p_most integer DEFAULT 1000)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What a worker owns; refuses its claims of an earlier epoch.
  body: ccb119d999217aa8d3f59b9e622af5d6

create function millrace.hint()
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Wakes idle workers by a notification, if there are any.
  body: c0a45f327e7875b3ef48cac1f939cda6

create function millrace.hold_name(p_tenant integer, p_name text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Holds the name of a workflow that is being defined.
  body: 5b6fd068d53429725fa74b20e284d928

create function millrace.hold_run(p_tenant integer, p_run bigint)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Keeps a run in the history until the transaction is through.
  body: dc18b0a95a6b0b9ffdf653a36344536f

create function millrace.hold_tenant(p_tenant integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Holds a tenant, so that its deletion waits.
  body: cc4f55ec07da418582c95e4046849d9e

create function millrace.ids_beyond(p_ids bigint[], p_bound bigint, p_newer boolean)
  returns bigint[]
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Of some runs those on one side of a bound, in the order of a list.
  body: 1b2dbcb754bc3279b80ccf0dc08dbf2e

create function millrace.index_run(p_tenant integer, p_run bigint, p_values jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A run's attributes have these values from now on.
  body: 24d03936be0ed93cef0ba7a0593c7980

create function millrace.index_starts(p_tenant integer, p_ids bigint[], p_routes integer[], p_metas text[], p_skip bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes the attributes of runs that were just started into their index.
  body: 8f30c793b39c17562bca8b8fafd6623b

create function millrace.index_values(p_tenant integer, p_only bigint[], p_values json)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Takes what owners set as attributes into the index.
  body: 119f759fe5933e6b6391e7e860f76e18

create function millrace.is_draining(p_worker bigint)
  returns boolean
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: Whether an operator has told this worker to end.
  body: 0f5306cf2d8f90dccc816fc408e125e2

create function millrace.is_plain(p_extra jsonb, p_by text, p_request text)
  returns boolean
  language sql stable
  comment: Whether what a caller gives surely breaks no rule.
  a standard SQL body

create function millrace.is_true(p_value jsonb)
  returns boolean
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a value counts as true in an expression.
  body: 6b5429237faa0576b904b68faf43ff42

create function millrace.item_of(p_cell jsonb, p_key jsonb, p_text text, p_place jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What an expression reads of a cell.
  body: 6b691dae9c9be75632d22e1a54cca96d

create function millrace.item_problem(p_extra jsonb, p_by text, p_request text)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What rule a start or a transition of an entity breaks.
  body: 60c881369b301151556e22be954979fd

create function millrace.join_cells(p_cell jsonb, p_between jsonb, p_attribute jsonb)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The items of a cell as one text.
  body: 97cbe48595240f05cacd962f57f092af

create function millrace.journal_length(p_tenant integer, p_run bigint, p_task integer, p_fence bigint)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How long the journal of an owned run is; null if it is not the caller's.
  body: 2d41d2af6b37df3cac5f0a9495b22a46

create function millrace.judge_ids(p_tenant integer, p_ids bigint[], p_routes integer[], p_inputs text[], p_metas text[], p_skip bigint[])
  returns bigint[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Of starts whose ids were there before, those that are another run's.
  body: 11cbc7f2946b0d736a7648f3155e0255

create function millrace.judge_names(p_tenant integer, p_ids bigint[], p_inputs text[], p_metas text[], p_skip bigint[])
  returns TABLE(run_id bigint, verdict "char", existing bigint)
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Whether the run that has a start's key or id is what was asked for.
  body: 9b0257ed73329b012b01a7292d47328a

create function millrace.judge_refused(p_run bigint, p_task integer, p_fence bigint)
  returns TABLE(verdict "char", length integer, undo text)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Why nothing was taken of what an owner said about a run.
  body: 00912cdd056f117a1ae241c82146099a

create function millrace.judge_starts(p_tenant integer, p_ids bigint[], p_inputs text[], p_metas text[], p_skip bigint[])
  returns TABLE(run_id bigint, verdict "char", existing bigint)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What becomes of starts by the rules of their workflows.
  body: 42ce0ce04093e8c57dbb17a5f9fa4f9c

create function millrace.keep_entity_row()
  returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A trigger function: a row with a live instance is not deleted.
  body: 5bc8c9658122b8b1e411bda6ab4ee438

create function millrace.keep_machine(p_tenant integer, p_name text, p_version text, p_document jsonb)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Makes a version of a machine known.
  body: 531a3d0832b357e91538fef0766353a4

create function millrace.key_json(p_tenant integer, p_id text)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: An API key as people see it.
  body: f385a0cf5d15922751eb91e0042ffdd2

create function millrace.key_meta(p_workflow text, p_paths text[], p_weight text, p_input jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What the meta of a run says for its limits.
  body: 26ffe37b0ec750b7691ce4a0c90f3ca3

create function millrace.kind_name(p_cell jsonb)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: A cell as messages name it.
  body: 3463f4d05f6ae6c6275d8dcbfba5a856

create function millrace.known_cell(p_cell jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A cell that is to be used: what is not there is an error.
  body: 3318706586f41c0e4f6ea75e92f587e2

create function millrace.known_run(p_tenant integer, p_uuid uuid)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The number of a run behind a UUID; null if there is none.
  body: 6e0090360139f84b3e2deb8fce27ad19

create function millrace.label_starts(p_tenant integer, p_ids bigint[], p_routes integer[], p_metas text[], p_not bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What runs that were just started are found by.
  body: d0ea1756dfadbe6c0ae3175124713cda

create function millrace.lane_gates(p_limits integer[], p_keys jsonb)
  returns TABLE(gates bigint[], caps integer[], whole integer, own bigint, meters bigint[], rates double precision[], bursts integer[])
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The gates and meters that a lane with these keys goes through.
  body: 30dbe052c2045a55c35c2b1860f11cba

create function millrace.lane_of(p_tenant integer, p_meta text)
  returns bigint
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The lane of a run that has not begun; 0 without keys.
  body: 579b474c370c0859094779792a598c36

create function millrace.last_of_chain(p_run bigint)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The run that goes on where this one and its successors ended.
  body: 744d4b4dfce1d00b5d2f1e81b446d6c4

create function millrace.lease_rows(p_rows tid[], p_worker bigint, p_fence bigint, p_now timestamp with time zone, p_ahead boolean DEFAULT false, p_begins boolean DEFAULT false)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Writes the lease into locked live rows and returns their runs.
  body: ed9a98e529f27503d0cedb6e26d68658

create function millrace.leave_behind(p_runs bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends the questions and children of runs that have ended or are being undone.
  body: e7ce53b381c9d731a106170d1bcee538

create function millrace.lift_value(p_raw jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A value of the data that an expression reads, as a cell.
  body: d8ab3399908e0b145f8323b941b18126

create function millrace.limit_keys(p_workflow text, p_paths text[], p_input jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What is at the paths of limits in an input.
  body: 67f9d9c23929e2241047fa160a0af5dd

create function millrace.limit_paths(p_tenant integer, p_workflow text, p_queue text)
  returns text[]
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The paths into the input that runs of a workflow in a queue are keyed by.
  body: 40779ba86cb4577de50888a4e56e41b0

create function millrace.limit_routes(p_tenant integer, p_limit integer, p_route integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Has the runs of routes handed out by rules from now on, or without.
  body: 2410b416e594dc125567761337dc3bad

create function millrace.list_attributes(p_rules jsonb)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Declared attributes, as an error names them.
  body: 6f9ddd787ca705ab72baef9823ceda09

create function millrace.list_entities(p_tenant integer, p_filter jsonb)
  returns TABLE(entity json, last_seen text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A page of instances, the newest first.
  body: f7cbb7b71e1a24d2dffcac8531cba648

create function millrace.list_source(p_tenant integer, p_filter jsonb, p_ranges jsonb, OUT source text, OUT label "char", OUT value text, OUT ids bigint[], OUT statuses text[], OUT routes integer[], OUT also bigint[])
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set join_collapse_limit=16 set from_collapse_limit=16
  comment: Where the runs of a list are found that a filter may match.
  body: 452d7b1b48b6a644e8bec0e374743abf

create function millrace.lock_instances(p_tenant integer, p_ids uuid[], p_order integer[], p_seen integer[])
  returns integer[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Locks instances that are to be moved one after the other.
  body: e7947c875519db7e79a03e275503f8c3

create function millrace.lock_limits(p_route integer)
  returns boolean
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The right to hand out the runs of a route.
  body: 9b69e0574ea5570bb828ae7d92dc2d0a

create function millrace.lock_runs(p_tenant integer, p_runs bigint[], p_tasks integer[], p_fences bigint[], p_parents bigint[], p_stamp bigint, c_runs bigint[], c_kinds "char"[], c_data text[], OUT mine bigint[], OUT asked bigint[])
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Locks an owner's runs and their parents, ascending; tells whose fence holds.
  body: c6bd55bca01f7eac63d018ac47db1ff5

create function millrace.lock_start_keys(p_tenant integer, p_ids bigint[], p_metas text[], p_skip bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Makes the keys of starts that follow rules the caller's.
  body: f23b270445fc4221d413cfc65fbf131c

create function millrace.lock_worker(p_tenant integer, p_worker bigint, p_epoch integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Keeps recover from declaring a worker dead until the claim commits.
  body: 13e39ad9be824ce7ba75e11f6436967f

create function millrace.look_events(p_now timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Looks once more for events for waits that are new.
  body: 7bf29f9930dfd5b08679877e24966fe2

create function millrace.look_for_tenants(p_routes integer[], p_tenants integer[], p_after bigint[], p_ready integer, p_want integer, p_suspect boolean, p_since timestamp with time zone, p_ahead integer, p_lanes integer, p_look timestamp with time zone, OUT due boolean, OUT early boolean, OUT ways "char"[], OUT plain integer[], OUT after bigint[], OUT something boolean)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What a claim of a worker for all tenants may find, seen without a lock.
  body: d94f4860f357920115a791a27824dfda

create function millrace.look_for_work(p_tenant integer, p_routes integer[], p_after bigint[], p_want integer, p_suspect boolean, p_since timestamp with time zone, p_ahead integer, p_lanes integer, p_look timestamp with time zone, OUT due boolean, OUT early boolean, OUT ways "char"[], OUT plain integer[], OUT after bigint[], OUT something boolean)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What a claim may find, seen without a lock.
  body: 757304189b66d44eda257c6ac30affaa

create function millrace.machine_edges(p_document jsonb)
  returns TABLE(from_state text, rank integer, ordinal integer, wildcard boolean, name text, to_state text, body jsonb)
  language sql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The transitions of a machine's document, one row for each state that they leave.
  body: 3f65185bce7eb67acd9491bc9af0ef03

create function millrace.machine_issues(p_document jsonb)
  returns TABLE(code text, message text, pointer text)
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_nestloop=off
  comment: What is wrong with the states and transitions of a machine's document.
  body: de85c139416ed9eb0a563def27a30109

create function millrace.machine_number(p_uuid text)
  returns integer
  language sql immutable parallel safe set search_path=pg_catalog, pg_temp
  comment: The number of a version of a machine, from its UUID; null for any other text.
  body: 332710215c6b8dee5124720551dfe87d

create function millrace.machine_of_id(p_tenant integer, p_id text, OUT name text, OUT version text)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The machine that is named by its id or its name.
  body: 0685c6d9c5480528f177b7813b15e81a

create function millrace.machine_parts(p_document jsonb)
  returns TABLE(part text, at text, one jsonb)
  language sql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The objects of a machine's document, each with what it is.
  body: bd2630fa2ceeeae2003e26242e77c984

create function millrace.machine_shape(p_document jsonb)
  returns TABLE(code text, message text, pointer text)
  language sql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What is wrong with the shape of a machine's document.
  body: eb7975b01d4eef26f9c4955cdaadbcc6

create function millrace.machine_uuid(p_workflow integer)
  returns uuid
  language sql immutable parallel safe
  comment: The UUID under which a version of a machine is shown.
  rights: grant execute to public
  a standard SQL body

create function millrace.machine_versions(p_tenant integer, p_name text, p_version text)
  returns integer[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The versions of a machine.
  body: 1216fec104c3bb73de6b7ecc03aae52e

create function millrace.mark_idle(p_tenant integer, p_worker bigint)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A worker sleeps until hint wakes it.
  body: 48d9af72624615dd67ba19ba9e259732

create function millrace.mark_undo(p_only bigint[], c_runs bigint[], c_kinds "char"[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Notes in live rows what owners say of undos.
  body: b9518c6c6e2d06b0038423796d427f59

create function millrace.match_entities(p_tenant integer, p_filter jsonb, p_versions integer[], p_window uuid[], p_now timestamp with time zone, p_limit integer)
  returns uuid[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Those of a window of instances that a filter matches.
  body: 94254c90291cdb8538da4741907d2096

create function millrace.match_runs(p_tenant integer, p_filter jsonb, p_statuses text[], p_routes integer[], p_ranges jsonb, p_runs bigint[], p_most integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set join_collapse_limit=16 set from_collapse_limit=16
  comment: Of some runs those that a filter matches.
  body: 1ba111aabe3c292b3779e792a0d47719

create function millrace.member_json(p_tenant integer, p_subject text)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A member as people see it.
  body: 11f664cbba0e2af0d156196a5a146211

create function millrace.merge_values(p_first jsonb, p_later jsonb)
  returns jsonb
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Values by name, and later ones over them.
  body: c925806a799b1fd1df1387a47049347e

create function millrace.metric_queues(p_tenant integer)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How many runs are ready in each queue of a tenant, as JSON.
  body: bd728ec100d877e4ec96322ddb33b196

create function millrace.metric_runs(p_tenant integer, p_workflow text, p_since timestamp with time zone, p_most integer, OUT runs bigint[], OUT complete boolean, OUT reached timestamp with time zone)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The newest runs that were started since a time, at most so many.
  body: c746f77bd17ea46dddf2fce54c06b0ff

create function millrace.metric_steps(p_runs bigint[])
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How the steps of some runs did, as JSON.
  body: 313cb42670454f037a9176d98f2777e3

create function millrace.metric_webhooks(p_tenant integer, p_since timestamp with time zone)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What webhooks of a tenant got and sent since a time, as JSON.
  body: ea00c230d802ac504057b328757f29c9

create function millrace.migrate_entities(machine text, from_version text, to_version text, mapping jsonb DEFAULT '{}'::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves live instances to another version of their machine.
  body: 48750f3306a27a283d20ef53515575e7

create function millrace.migrate_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Moves a run that is not at work to another version of its workflow.
  body: e04b57bb73ddeb7b45dd44f5ce7fe342

create function millrace.migration_count(p_tenant integer, p_machine text, p_old integer, p_plan jsonb)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How many instances a migration would move, and where to.
  body: 3819a10e97ecd4895ac059a4ddb693c0

create function millrace.migration_plan(p_old integer, p_new integer, p_mapping jsonb)
  returns jsonb
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Where instances of each state go in another version.
  body: 5d9552fbae32b3d12bad8027410a3530

create function millrace.missing_cell(p_path text, p_base text, p_of jsonb)
  returns jsonb
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: What an expression reads and is not there, as a cell.
  body: 48d24a2fdc0264cfa33b37aa692567ac

create function millrace.move_alone(p_row millrace.entity_history, p_roles jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Writes a transition that acts, or that leaves a final state.
  body: b1db58907699316047b76c0b592b5694

create function millrace.move_due(p_tenant integer, p_ids uuid[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves instances whose time has come.
  body: 99dfb2b025ecd2232fa059d063cff96c

create function millrace.move_entity(p_tenant integer, p_id uuid, p_name text, p_state text, p_by text, p_request text, p_extra jsonb, p_seen integer, OUT instance_id uuid, OUT seq integer, OUT from_state text, OUT to_state text, OUT transition text, OUT executed_at timestamp with time zone, OUT repeated boolean, OUT problem json)
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves one instance along a transition.
  body: 5c02f61a8fe9ef4d8761968bf25dc0ee

create function millrace.move_version(p_tenant integer, p_old integer, p_new integer, p_plan jsonb, p_ids uuid[], p_options jsonb)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves instances to another version of their machine.
  body: 2720bfd27c0d6d7f7b1ae83fe3472d8b

create function millrace.nearest_even(p_number numeric, p_unit numeric)
  returns numeric
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: How many units a number is nearest to.
  body: d104c6c3ee1e3f3b4caa16b71d321634

create function millrace.nearest_name(p_name text, p_names text[])
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The name that a mistyped one is most like, as a question.
  body: b0d66eac48de8bb390dc7aa012e470c4

create function millrace.new_lanes(p_route integer)
  returns SETOF bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The lanes of a route that have queued runs and are not known as waiting.
  body: 3de23d789d4a609652252d1c8ef4c879

create function millrace.next_events(p_tenant integer, p_runs bigint[])
  returns TABLE(run_id bigint, message text, id text, data text)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The events that runs are due.
  body: 7e6bae6bd41843fb9516da017a2bc1cf

create function millrace.next_meta(p_run bigint, p_old text, p_route integer, p_meta text)
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The meta of a run that continues another.
  body: 3b3868c6647889b8010ace2798f0147e

create function millrace.next_of_chain(p_run bigint)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The run that this one continued as; null if there is none.
  body: 91fd11fc297cdbf31f99ebcb7bf0d3c7

create function millrace.node_issues(p_document jsonb)
  returns TABLE(code text, message text, pointer text)
  language sql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What is wrong with the nodes of a graph's document.
  body: 069419f7c2bad40a0a4c0dfa8ae62db4

create function millrace.note_call(p_action text, p_target text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Writes a call of the schema api into the audit log.
  body: 171c3a523e0f223b7825793d31684ce9

create function millrace.note_feed(p_tenant integer, p_reader text, p_position bigint)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Notes how far a reader of a feed is.
  body: 6a3abba534faa487b87922e61ed5c82a

create function millrace.note_heads(p_tenant integer, p_routes integer[], p_turns bigint[], p_sweep_ms integer)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Notes where the queues of these routes begin, as a sweep found it.
  body: 5a828f122498e1340acbce656ad5c15f

create function millrace.notify_followers(p_runs bigint[])
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A hint to the processes that follow these runs.
  body: 766fb3734bcb85f60490b60012dd4d13

create function millrace.open_feed(p_tenant integer, p_follower text DEFAULT NULL::text, p_reader text DEFAULT NULL::text)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Has the feed of a tenant written for an hour, and says where it is.
  body: 51cf9f2a574139c6798d5b28cd244233

create function millrace.open_lanes(p_tenant integer, p_route integer, p_sweep boolean, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: Makes known the lanes of a route that have queued runs.
  body: cabb00da850a13ea1d26059258b253be

create function millrace.order_cursor(p_key text, p_run bigint)
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: A place in a list of runs by an attribute, as people pass it on.
  body: 29dc16673d65b937bf4a772d858375b4

create function millrace.ordered_rows(p_rows jsonb[], p_order jsonb)
  returns jsonb[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set TimeZone=UTC
  comment: Rows in the order that is asked for.
  body: 7ba607532a373348ee508f45caaf5dcd

create function millrace.ordered_window(p_ranges jsonb, p_few bigint[], p_key text, p_run bigint, p_up boolean, p_size integer)
  returns TABLE(run_id bigint, key text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The next runs in the order of an attribute.
  body: 0054ed12562e303df95eb8695ecde25e

create function millrace.parent_of(p_meta text)
  returns bigint
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The parent of a run with this meta; null if it has none.
  body: 5b7151ffd7cb331392a41d802ac32023

create function millrace.park_runs(p_only bigint[], p_ask bigint[], p_runs bigint[], p_tasks integer[], p_ops "char"[], p_seqs integer[], p_outputs text[], p_keys text[], p_names text[], p_ms text[], p_stamp bigint, p_from timestamp with time zone, p_now timestamp with time zone)
  returns TABLE(run_id bigint, verdict "char", seq integer, kind "char", name text, data text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The part of advance_tasks for runs that go on living: waits, yields, pauses.
  body: dd770393a390f1e15d8a3e267bd4144b

create function millrace.parse_expression(p_text text)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set extra_float_digits=1
  comment: Reads an expression of the conditions of a machine.
  body: 42d34fd873ec59465e4a18fa3fa430bc

create function millrace.parse_filter(p_text text, p_words text[], p_kinds text[], p_starts integer[], p_at integer, p_level integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Reads a filter with its arguments.
  body: 5101e99e6ec0d58b8d75d675e8963ca5

create function millrace.parse_operand(p_text text, p_words text[], p_kinds text[], p_starts integer[], p_at integer, p_level integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Reads a value of an expression with what belongs to it alone.
  body: 73a299a766d70bd6d969b52fedc8da4e

create function millrace.parse_part(p_text text, p_words text[], p_kinds text[], p_starts integer[], p_at integer, p_above integer, p_level integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Reads a part of an expression.
  body: b9d1ddcd0ca4f6b0674a3f60aaf9175b

create function millrace.parse_template(p_text text)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp set extra_float_digits=1
  comment: Reads a text with expressions in {{ }}.
  body: 8f84db552e120f4a444a92e8cee6e690

create function millrace.parse_test(p_text text, p_words text[], p_kinds text[], p_starts integer[], p_at integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Reads a test.
  body: dd14f0a2ac3f73e2257f10613246d438

create function millrace.parse_value(p_text text, p_words text[], p_kinds text[], p_starts integer[], p_at integer, p_level integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Reads a value of an expression.
  body: 8d37619b2e6f49792c9e0457094f2f22

create function millrace.passing_rows(p_rows jsonb[], p_filters jsonb)
  returns jsonb[]
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set TimeZone=UTC
  comment: Those of rows that fulfil all conditions, as PostgREST understands them.
  body: b908c46fcbc065406211265c40fe00b5

create function millrace.pause_dispatch(options jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: No worker is given a run of a workflow, of a queue, or any at all.
  body: 3c253e6c9ccc6758b78a6a61a996e308

create function millrace.pause_schedule(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A schedule starts nothing until resume_schedule.
  body: 5ab84434c7cb6b9d440dab353313f72d

create function millrace.pause_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Stops a run until resume_workflow; a step that runs is not interrupted.
  body: 55a7100591c46e25ef6b759f90907881

create function millrace.perform_action(p_tenant integer, p_action jsonb, p_scope jsonb, p_key text)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does one action of a transition.
  body: a91a8d49991cada6870e99609203202f

create function millrace.perform_actions(p_tenant integer, p_row millrace.entity_history, p_entity millrace.entities, p_roles jsonb)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does what a transition has to do.
  body: 95572f574b393987e37fddec68a701b3

create function millrace.post_delivery(p_tenant integer, p_hook bigint, p_name text, p_key text, p_at timestamp with time zone, p_data jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A delivery of a webhook that goes out.
  body: 1d2da97c9e65adf7ef332fc4e0c2adcc

create function millrace.post_event(p_tenant integer, p_name text, p_workflow text, p_run bigint, p_key text, p_at timestamp with time zone, p_data jsonb)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: An event for the webhooks of a tenant that go out.
  body: 86060e0ab854164d550672f23d97d7dc

create function millrace.post_run_event(p_tenant integer, p_name text, p_workflow text, p_run bigint, p_key text, p_at timestamp with time zone, p_data text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Tells an event of a run to the webhooks that want it.
  body: 3c5d534463c74ce90915ebb400f09ba2

create function millrace.prune(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Takes runs that ended so long ago out of the history.
  body: 888a1e763eabe44366b9f952b58dab32

create function millrace.prune_audit(options jsonb)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Takes rows of the audit log that are older than they must be kept.
  body: bc6b30aa8ef729e62369b669ec4acdd5

create function millrace.prune_deliveries(p_hook millrace.webhooks, p_now timestamp with time zone)
  returns timestamp with time zone
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes deliveries of a webhook whose time is over.
  body: 4228335701f756e7907cdc46193592b4

create function millrace.prune_events(p_now timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes events that nobody can get any more.
  body: 8c91d1726e81e5690666aa9a6029adbd

create function millrace.prune_feed(p_tenant integer, p_keep_ms bigint DEFAULT 3600000, p_most integer DEFAULT 1000000)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes out of the feed of a tenant what nobody reads any more.
  body: dafc9d09ca4f1d477558abbbe866c0ce

create function millrace.prune_history()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes runs whose retention is over, some at a time; returns when to go on.
  body: 5a3d0aa14b20ad3f0b16fdc27c32dad3

create function millrace.prune_live(p_log_ms bigint DEFAULT '2592000000'::bigint)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes away what is over of followers, chunks, feeds and logs.
  body: ba5923e3e821cb0257a084f8652e60b7

create function millrace.prune_logs(p_keep_ms bigint)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes lines of logs that are older than they are kept.
  body: 6013be7d646a0b4b6ce2001aaeb4306e

create function millrace.prune_requests(p_most integer DEFAULT 500)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes keys of requests that are over.
  body: 3aec1f853aa9465d62c928f005886e1c

create function millrace.prune_run(p_tenant integer, p_run bigint, p_before timestamp with time zone DEFAULT NULL::timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Takes one run that has ended out of the history.
  body: b6e3f1ba3876ee745568352a6105f0f7

create function millrace.purge_queue(queue text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Cancels the runs of a queue that have not begun.
  body: abf0892011cc96f88fb0026e9795e246

create function millrace.put_attributes(p_tenant integer, p_workflow text, p_rules jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes the attributes of a workflow known.
  body: 4046d1f24335ad7c6a96ccf7e8ec2aa1

create function millrace.put_document(p_tenant integer, p_workflow integer, p_document text, p_hash text)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Keeps the document of a workflow version, once.
  body: cb4d12c80f0706556755539f31da298a

create function millrace.put_event(p_tenant integer, p_id bigint, p_name text, p_key text, p_data text, p_dedupe text, p_keep_ms bigint, p_most integer)
  returns millrace.events
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Keeps an event, and gives it to the first runs that wait for it.
  body: c85bc60fe730c97b7e253d4672faa73b

create function millrace.put_event_starts(p_tenant integer, p_workflow integer, p_starts jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The events on which a workflow version starts.
  body: 870b06bce702402dca9832c81a273cb7

create function millrace.put_limits(p_tenant integer, p_kind "char", p_name text, p_rules jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Sets the rules of a workflow or a queue.
  body: 4fbe9598727f490024dcbd285f020152

create function millrace.put_machine(p_tenant integer, p_workflow integer, p_document jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_nestloop=off
  comment: States and transitions of a new version of a machine.
  body: ccc69869ec9e0a68ca00beb1c961122f

create function millrace.put_member(subject text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Says what somebody may do in a tenant.
  body: 00e9be5b0f981730be446078d33eafe8

create function millrace.put_queue(queue text, limits jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Sets the limits of a queue.
  body: aa14ac3f76067f65149f24b7c898b233

create function millrace.put_quota(kind text, most bigint, options jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: How much of a kind a tenant may have.
  body: bba648e090fd0bb30bb53cf9ff2d8261

create function millrace.put_schedule(id text, workflow_id text, options jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a schedule, or changes it.
  body: 0939877b529c7f9f056b9c77346ce863

create function millrace.put_secret(name text, sealed text, options jsonb DEFAULT '{}'::jsonb)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Keeps a secret of a tenant, encrypted by the caller.
  body: c079ccac985062e95da5d95fa841083e

create function millrace.put_signal(p_tenant integer, p_run bigint, p_id text, p_name text, p_data text, p_now timestamp with time zone)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Buffers a message for a run, and ends the wait for it.
  body: c5bc111c932e3902b103974b6850d3a0

create function millrace.put_webhook(id text, options jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a webhook, or changes it.
  body: ca9d39047e8ed8c7a6ed3a8bf3804bc9

create function millrace.pypgflow_rows(p_tenant integer, p_relation text, p_equal jsonb, p_moved boolean, p_from timestamp with time zone, p_to timestamp with time zone, p_most integer)
  returns SETOF jsonb
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set TimeZone=UTC set plan_cache_mode=force_custom_plan
  comment: Rows of a relation of pypgflow, as the schema api serves them.
  body: 1304f502ccace5331ce98844820574c6

create function millrace.quota(p_tenant integer, p_kind text)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: How much of a kind a tenant may have; null: no limit.
  body: c895e1087725943978e985c49beb9dcc

create function millrace.quota_used(p_tenant integer, p_kind text)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: How much of a kind a tenant has now.
  body: c3e6ae7cf82f0d3c07e45ef8f7cfaac4

create function millrace.quote_text(p_text text)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A text as Python writes it in its programs.
  body: bcbaf49863d27ab3088914f78f512441

create function millrace.range_runs(p_ranges jsonb)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The runs that one of the conditions on attributes leaves, if they are not too many.
  body: 54aa74f0a6ed42a8e79c450019934d73

create function millrace.read_cursor(p_cursor text, OUT key text, OUT run bigint)
  returns record
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The place that order_cursor wrote.
  body: f1c766dc3ff5f9564987c60de4c30784

create function millrace.read_feed(p_tenant integer, p_after bigint, p_workflow text DEFAULT NULL::text, p_limit integer DEFAULT 100)
  returns TABLE("position" bigint, what text, run_id bigint, workflow text, seq integer, at timestamp with time zone, kind "char", name text, data text, cut boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What has happened to the runs of a tenant since a place of its feed.
  body: e6ec5c1676c16bcd700c1b6649ea0341

create function millrace.read_float(p_digits text)
  returns double precision
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The float that a number in digits is nearest to.
  body: 36575a17060e9a95b87e04f01a708389

create function millrace.read_migration(p_cursor text, OUT look integer, OUT moved boolean, OUT state integer, OUT after uuid)
  returns record
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Where a migration of instances stands.
  body: a424bf64ea24ec79e3255aa099f80e48

create function millrace.read_number(p_word text, p_text text, p_at integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The value of a number as an expression writes it.
  body: c9c4d11ed16ea1916d0b6a8d526a3563

create function millrace.read_path(p_scope jsonb, p_keys jsonb, p_text text, p_start integer)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What a path of an expression reads of its scope.
  body: 3a14f61a5678451a72f648f7552e06ff

create function millrace.read_pypgflow(relation text, options jsonb DEFAULT '{}'::jsonb)
  returns SETOF jsonb
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set TimeZone=UTC
  comment: A list of pypgflow, as PostgREST gives it over the schema api.
  body: 89e63284c02d6a28ae6c103b53fee80b

create function millrace.read_runs(p_tenant integer, p_runs bigint[], p_nexts integer[], p_logs bigint[], p_limit integer DEFAULT 200, p_bytes integer DEFAULT 1048576)
  returns TABLE(nth integer, what text, seq bigint, at timestamp with time zone, kind "char", name text, data text, attempt integer)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What has happened to runs since one looked last.
  body: 9ac29d040d0aed801decde5e2d8812e8

create function millrace.read_secret(p_tenant text, p_name text)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A secret as it is kept, encrypted.
  body: d97e0e8b5ac8da87a48306797b5e01f3

create function millrace.read_text(p_word text, p_text text, p_at integer)
  returns text
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: What a text in quotes says.
  body: 0aea1a4c8a83d820fdd1b2f7b2ae7d28

create function millrace.ready_routes()
  returns SETOF integer
  language sql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: The routes of all tenants that have runs which wait for a worker.
  body: 472e253a6191bb8dd1916c7a01e3e6ce

create function millrace.recover()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Hands back the runs of workers whose lease is over; returns how many.
  body: 52c11108b83721bb692323d621fbfc07

create function millrace.redeliver(delivery_id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Delivers something again.
  body: de6d2d09d8523ff04658133b65521ff4

create function millrace.refuse_expression(p_text text, p_at integer, p_what text)
  returns void
  language plpgsql volatile set search_path=pg_catalog, pg_temp
  comment: Raises what is wrong with an expression that cannot be read.
  body: 5b1ffe283963971a6c7a7418c4d3814c

create function millrace.refuse_move(p_tenant integer, p_run bigint, p_what text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Raises MR011 with what the run is.
  body: 4069ef3d4193a9a8e707fa8f1f8f5efc

create function millrace.refuse_rewrite(p_only bigint[], c_runs bigint[], c_seqs integer[], c_kinds "char"[], c_names text[], c_data text[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Refuses journal rows that would take the place of others.
  body: 9c71901d8a96b6b5bc362628260fff66

create function millrace.refuse_singleton(p_tenant integer, p_run bigint)
  returns void
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Raises MR014 for a start whose key a live run has.
  body: 9b9e78aa1c0fb090609ba69b70ebdf50

create function millrace.refuse_stopped(p_tenant integer, p_ids bigint[], p_routes integer[], p_metas text[])
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Refuses starts of workflows that were deactivated or deleted.
  body: 776c1be92d40aa7f99a9ed8ae4274fc2

create function millrace.refuse_undone(p_tenant integer, p_run bigint, p_before integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Refuses a fork whose history would hold a step that was undone.
  body: c626601c86e4502e3d926ab9ca514378

create function millrace.register_tenant(slug text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a tenant.
  body: 15be90a3d1f3c0903a9cbf78c330828d

create function millrace.register_worker(p_tenant integer, p_lease_ms integer, p_info jsonb, p_seen_fence bigint DEFAULT 0)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Registers a worker process and returns its id.
  body: f8b533446000289debe31383d04c255a

create function millrace.register_workflow(p_tenant integer, p_name text, p_version text, p_definition jsonb, p_document text DEFAULT NULL::text, p_hash text DEFAULT NULL::text)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a workflow version known, and returns its route.
  body: f8765f3c148341dd6caa694de5b48fe2

create function millrace.reject_delivery(p_webhook bigint, p_error boolean, p_reason text, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean, p_ip text, p_count integer DEFAULT 1)
  returns text
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Notes deliveries that started nothing.
  body: f2c89ac7434d74a8b0f7eb2a44e8ceb7

create function millrace.release_names(p_tenant integer, p_ids bigint[], p_metas text[], p_skip bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives back the keys and ids of starts that make no run.
  body: 69de50cf868dfa0b298afcbe898cc849

create function millrace.remove_member(subject text, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Somebody has no role in a tenant any more.
  body: d2a74875c94ea8424d44d4f27d193f07

create function millrace.renew_lease(p_worker bigint, p_lease_ms integer)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The heartbeat of a worker; false if it is not registered, or its lease is over.
  body: 612df154763d0f16170b8b9574f019e3

create function millrace.renew_request(p_tenant integer, p_key text, p_first bigint, p_lease_ms integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Whoever carries out a request with a key is alive.
  body: 2c849f496bf77c621e99b30c16abcc3a

create function millrace.repeat_cell(p_cell jsonb, p_times jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A text or a list so many times.
  body: 4f2d8549e0f361d30137cf0a3234e58c

create function millrace.repeated_transition(p_row millrace.entity_history, p_name text, p_target text, OUT repeated boolean, OUT seq integer, OUT from_state text, OUT to_state text, OUT transition text, OUT executed_at timestamp with time zone, OUT problem json)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What is said of a transition that comes again.
  body: 7f6552296df4935808b084a1993559ef

create function millrace.report_posts(p_posts jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What became of attempts to send deliveries.
  body: c3013bf50f037a8da676e574388620ea

create function millrace.report_running(p_worker bigint, p_running jsonb, p_runs bigint[], p_fences bigint[])
  returns SETOF bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Reports long steps; returns the runs whose lease is over.
  body: 8ac5ce8359ac026d5025189cbce70562

create function millrace.reseal_webhook(p_tenant integer, p_id bigint, p_was text, p_sealed text)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A secret of a webhook is encrypted under another key.
  body: f15422c68d16bea563b20e7bd3eb1d92

create function millrace.resolve_route(p_tenant integer, p_name text, p_version text DEFAULT NULL::text, p_queue text DEFAULT NULL::text, p_priority integer DEFAULT NULL::integer, p_deleted boolean DEFAULT false)
  returns TABLE(route_id integer, version text, queue text, priority integer, definition jsonb, keys text[], weight text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Where a start goes, and the defaults it gets.
  body: a58e861809f6f2e83e4a8029fb068a7b

create function millrace.rest_schedule(p_row millrace.schedules)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Of a suspended tenant a schedule sleeps.
  body: 1ceefea019a406eb386232f5cf00c1cb

create function millrace.resume_dispatch(options jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Workers are given runs again of what pause_dispatch named.
  body: 1fa04b9cd0d30843d24e5295c8f90fee

create function millrace.resume_schedule(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A paused schedule goes on with its times after now.
  body: 633c99a03008ac754d756596cb0de06d

create function millrace.resume_tenant(slug text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A suspended tenant goes on.
  body: 4b3dd26118052b072797ba9d16fc83b1

create function millrace.resume_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Lets a paused run go on.
  body: f316745f4c7eced4d222da1070642c0d

create function millrace.retry_of(p_tenant integer, p_run bigint, p_retry bigint)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The run that a failed one was retried as.
  body: 59cdfc9211ba1d446631c37d530b194c

create function millrace.retry_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts a new run of a failed one that goes on from its failure.
  body: 498750475bea2106a8f62e6dadd317fc

create function millrace.revive_name(p_tenant integer, p_name text, p_version text, p_kind text, p_document text, p_hash text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The name of a deleted workflow is used again; what a document says of is_active.
  body: 2f0ff87cb63757c70af683e32d80867f

create function millrace.revoke_key(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Nobody gets in with that key any more.
  body: 8c57c47b6c2b9b59e9fd018cae8920e4

create function millrace.rotate_webhook_secret(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Another secret takes the place of a webhook's.
  body: b027de78a3028c02f0b101795b2acdfa

create function millrace.round_cell(p_cell jsonb, p_digits jsonb, p_method jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A number to so many digits after the point.
  body: 848f1c42ef3a8795ef172925c5bc3e06

create function millrace.route_ways(p_tenant integer, p_routes integer[], p_suspect boolean, p_sweep boolean)
  returns "char"[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: How each of a worker's routes is to be served now.
  body: fcb217bcff50c58837a3bd8be0a63f3f

create function millrace.row_field(p_row text, p_table oid, p_column text)
  returns text
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: A column of a row as text, without casts of others.
  body: 20cc9b12008a6e13aade660e6a8f8eb2

create function millrace.row_place(p_arguments text[], OUT machine text, OUT field text, OUT slug text, OUT tenant integer, OUT tab text, OUT actor text)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Which machine the rows of a table are in, as a trigger says.
  body: e9e9bdca963bf10bc72aea475b9955b1

create function millrace.rule_again(p_rules jsonb)
  returns jsonb
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Of the rules of a start those that hold for its retry or fork.
  body: e0aa525921e56c28cdcadfef11c41dcc

create function millrace.rule_holder(p_tenant integer, p_workflow text, p_rule text, p_body jsonb, p_bytes integer, p_made bigint[], p_now timestamp with time zone)
  returns bigint
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The run that stands for a start by a rule.
  body: 016d5e9d9efa8e1b35a7cf0f13d1bc28

create function millrace.rule_meta(p_workflow text, p_rules jsonb, p_input jsonb)
  returns jsonb
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What the meta of a start says for the rules of its workflow.
  body: f47cd8389f87b38ceb63746964382e55

create function millrace.rules_problem(p_rules jsonb, p_values boolean)
  returns text
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What is wrong with rules of starts; null if nothing is.
  body: ff7751543616333ad2efa868b6a51bd8

create function millrace.run_expression(p_tree jsonb, p_scope jsonb, p_fuel integer DEFAULT 200000, OUT cell jsonb, OUT fuel integer)
  returns record
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Takes the steps of an expression that has been read.
  body: 54f630747272f3ee1f61be533d303725

create function millrace.run_json(p_tenant integer, p_runs bigint[])
  returns TABLE(run_id bigint, run json)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set join_collapse_limit=16 set from_collapse_limit=16
  comment: Runs as JSON objects.
  body: 33a71291703c1e0bd756094b9914beaf

create function millrace.run_number(p_uuid uuid)
  returns bigint
  language sql immutable parallel safe set search_path=pg_catalog, pg_temp
  comment: The run id that one of our UUIDs holds; null for any other UUID.
  rights: grant execute to public
  body: d3d4840dce81dddd2722e5baf58fda84

create function millrace.run_schedule(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Starts a run of a schedule now.
  body: 26ab7e591bced07737ae555c27441b56

create function millrace.run_state(p_run bigint)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What a run published by step.set: the last value of each name.
  body: 4014b26ce5d24e91710df020f2bc61cc

create function millrace.run_status(p_run bigint)
  returns "char"
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The status of a run, as a letter.
  body: cb30ff3f02b44e5294f5e4ea6a8b424e

create function millrace.run_uuid(p_id bigint, p_partition integer DEFAULT 0)
  returns uuid
  language sql immutable parallel safe
  comment: The UUID under which a run id is shown.
  rights: grant execute to public
  a standard SQL body

create function millrace.run_window(p_tenant integer, p_source text, p_label "char", p_value text, p_routes integer[], p_bound bigint, p_newer boolean, p_size integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_bitmapscan=off
  comment: The next ids of a list of runs, from the narrowest index.
  body: 2b2fec36e03332dcef8b4e0534e5cd14

create function millrace.same_bulk(p_tenant integer, p_id bigint, p_verb text, p_filter jsonb, p_options jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The bulk operation of a number, which is the one being started.
  body: 124082dc4e236a1a495b5aaa9bd0808a

create function millrace.same_json(p_one text, p_other text)
  returns boolean
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: Whether two payloads are the same, however they are formatted.
  body: a25562047cb08a9063e89d3913ae200f

create function millrace.same_place(p_one integer, p_other integer)
  returns boolean
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: Whether two routes are of the same workflow, queue and priority.
  body: e702db888c7b244267c6e6bd5957c5b0

create function millrace.same_schedule(p_one millrace.schedules, p_other millrace.schedules, p_paused boolean)
  returns boolean
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: Whether a schedule is already what it is to be.
  body: 4aea1f1e0e26b4d49d76c1aa8711ce34

create function millrace.sample_percent(p_table text)
  returns real
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The part of a table that is to be read to see about 20,000 of its rows.
  body: 579978d1256ba836c2151a6c6850e227

create function millrace.save_schedule(p_row millrace.schedules, p_paused boolean, p_by text DEFAULT NULL::text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a schedule, or changes it to this.
  body: 5d57f9377207b7744d0c8ee1bfcc4280

create function millrace.save_webhook(p_row millrace.webhooks, p_active boolean)
  returns millrace.webhooks
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a webhook, or changes it to this.
  body: 19b8b31628eb6a9741439c6971e6269d

create function millrace.schedule_json(p_options jsonb, p_name text)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A schedule as JSON.
  body: 690290db95d43f3d8e3b395b4446ea61

create function millrace.schedule_row(p_tenant integer, p_name text, p_workflow text, p_options jsonb)
  returns millrace.schedules
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The row that a schedule with these options has when it is new.
  body: 225c4974f493a5dd443178f949cc0ec8

create function millrace.send_live(p_tenant integer, p_runs bigint[], p_bodies text[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What happens in a worker and is not recorded, to those who follow.
  body: 25a9498f981d79d35331e3e74e2ffa09

create function millrace.send_signals(p_tenant integer, p_runs bigint[], p_ids text[], p_names text[], p_data text[])
  returns TABLE(nth integer, accepted boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Sends messages to runs; tells which runs were alive to take them.
  body: 69ffe5b4cb443b5429d9a31182220611

create function millrace.session_actor()
  returns text
  language sql stable
  comment: Who did something where nobody is named: the role of the session.
  a standard SQL body

create function millrace.set_output(p_tenant integer, p_from bigint, p_run bigint, p_step text, p_kind "char", p_output text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Writes into the journal of a fork what a step gave.
  body: 139373da30029ab8d9780be9f25f85a8

create function millrace.set_secret(p_hook millrace.webhooks, p_secret text, p_new text, p_sealed boolean, p_keep_until timestamp with time zone DEFAULT NULL::timestamp with time zone)
  returns text
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Gives a webhook its secrets.
  body: fad3aab44536a874562af27021e14e7d

create function millrace.set_values(p_run bigint)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What a run set as attributes: the last value of each name.
  body: d1b13f2ae02215d3548e307252b6632b

create function millrace.settle(p_run bigint, p_task integer, p_seq integer, p_now timestamp with time zone, p_more integer DEFAULT 0)
  returns TABLE(seq integer, kind "char", name text, data text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends the waits of a run that can end; returns its journal from a number on.
  body: 14d0602f5fd7105ef7c9a8d8dbd7a12e

create function millrace.settle_feed(p_tenant integer)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How far the feed of a tenant may be read.
  body: 1e587117fc814202e7dcb7fc9ac610a3

create function millrace.share_workflow(p_tenant integer, p_shared millrace.workflows)
  returns millrace.workflows
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Gives a tenant its copy of a workflow version of the installation.
  body: da01df57c1f5ba2cc3f7ed5f066fbf59

create function millrace.shared_workflow(p_tenant integer, p_name text, p_version text, p_known millrace.workflows)
  returns millrace.workflows
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The tenant's copy of the version of a workflow of the installation that a start takes.
  body: 34f9522aa237de54a1485e9512e24f87

create function millrace.shown_attributes(p_run bigint, p_meta json)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The attributes of a run as they are now.
  body: 6b30bb08799430448a3491b0b481c738

create function millrace.shown_message(p_run bigint, p_name text, p_data text, OUT kind "char", OUT data text)
  returns record
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Of a wait that a message ended, what people see of it.
  body: d8d88a4c553613356890c7979965d7c7

create function millrace.sign_cell(p_sign text, p_cell jsonb)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A number with a sign before it.
  body: bdb576f66c4777ed5b4a4c6e122157e2

create function millrace.signal_start(p_run uuid, p_signal jsonb, p_tenant jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Sends a run the message that its start was given.
  body: 9c019b98ae6971ea0eafc19264c896a8

create function millrace.spare_begun(p_due bigint[])
  returns bigint[]
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Has runs that began in time go on by their own time-out.
  body: f11424b8eb02588edd72878d8e507476

create function millrace.spend_tokens(p_tenant integer, p_meters bigint[], p_rates double precision[], p_bursts integer[], p_runs integer, p_now timestamp with time zone)
  returns timestamp with time zone
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Takes tokens for runs that begin.
  body: a89a3964ff2d8311fb60bd11fa9494db

create function millrace.spread_events(p_now timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives events to runs that wait for them and have not got them yet.
  body: 4ddb309b2cd281265ab18a601caa52c4

create function millrace.spread_feed(p_tenant integer)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What has happened to the runs of a tenant becomes deliveries of its webhooks.
  body: 4358745cc9e605612bcab53db693d685

create function millrace.start_acting(p_row millrace.entity_history, p_machine text, p_table text, p_entity text, p_roles jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Puts one entity into a state that acts.
  body: f6cc1f2721eadff9abd4e6af387f9e98

create function millrace.start_again(p_tenant integer, p_run bigint, p_new bigint, p_route integer, p_input text, p_meta jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Starts a run as another was started.
  body: 0d8ce26b78857e69f4cde2d9372423a6

create function millrace.start_alone(p_tenant integer, p_id uuid, p_found jsonb, p_machine text, p_version text, p_table text, p_entity text, p_by text, p_extra jsonb, OUT instance_id uuid, OUT state text, OUT started boolean, OUT problem json)
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A start that was not made with the others.
  body: 5a8e1f7702fb076e98bb94517eb4df2e

create function millrace.start_bulk(p_verb text, p_filter jsonb, p_options jsonb, p_kinds jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Begins to do something to all runs that a filter matches.
  body: 2a1136070c1c9d38c80132bad64bb24f

create function millrace.start_children(p_tenant integer, p_only bigint[], p_children json, p_runs bigint[], p_ops "char"[])
  returns bigint[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Starts children in the transaction that writes it into their parents' journals.
  body: 55a187c2e10c25ee294852898112bd04

create function millrace.start_delivery(p_hook millrace.webhooks, p_body text, p_headers jsonb, p_key text, p_content text, p_by_content boolean, p_ip text, p_of bigint DEFAULT NULL::bigint)
  returns TABLE(status text, delivery bigint, run uuid)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A delivery becomes a run, and is noted.
  body: 607dfc15c996ab0273d30cb320ec7796

create function millrace.start_entities(p_tenant integer, p_machines text[], p_versions text[], p_tables text[], p_entities text[], p_bys text[], p_extras text[])
  returns TABLE(ordinal integer, instance_id uuid, state text, started boolean, problem json)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Puts entities into the initial states of machines.
  body: a6c2ca84c41e44166539a3263e08257b

create function millrace.start_entity(machine text, entity_id text, options jsonb DEFAULT '{}'::jsonb)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Puts an entity into the initial state of a machine.
  body: a874ccec85252612080b031f511f2f91

create function millrace.start_entity_of_row()
  returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A trigger function: what is inserted is started in a machine.
  body: 12b56e0e4a2495b7ca7eb5adb495d553

create function millrace.start_key(p_values jsonb)
  returns bytea
  language sql immutable security definer parallel safe set search_path=pg_catalog, pg_temp
  comment: A hash of the values at the paths of a rule.
  body: 9138e2f93876d925643e53981c8cdc17

create function millrace.start_machine(p_machine text, p_table text, p_entity text, p_metadata jsonb, p_options jsonb)
  returns uuid
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Starts a machine for a caller of the schema api.
  body: edfb2f7632af6a7537e681a1d18acc74

create function millrace.start_meta(p_workflow text, p_options jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The options of start_workflow, checked, as start_runs keeps them.
  body: 1a0c2da33c89c693300391c75005c002

create function millrace.start_on(p_tenant integer, p_event millrace.events)
  returns uuid[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Starts the workflows that start on an event.
  body: 36b041c121f8d946821054f97d0e2917

create function millrace.start_problem(p_rule text, p_machine text, p_version text, p_table text, p_entity text, p_there uuid)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: Why an entity was not started.
  body: 47ec777b5ec7d1d642455adc65a2bc03

create function millrace.start_rules(p_ids bigint[], p_metas text[], p_skip bigint[])
  returns TABLE(nth bigint, id bigint, workflow text, rule text, key bytea, body jsonb)
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The rules that some starts follow, by their metas.
  body: a7afeff90fa7b6526ddc487e6e43e6fa

create function millrace.start_runs(p_tenant integer, p_ids bigint[], p_routes integer[], p_delays bigint[], p_inputs text[], p_metas text[] DEFAULT NULL::text[], p_continues boolean DEFAULT false)
  returns TABLE(run_id bigint, verdict "char", existing bigint, created_at timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts runs, in arrays; returns the starts whose key or id was used before.
  body: 75ae73e5d835dfec586ff095ec276a5c

create function millrace.start_signalled(p_tenant integer, p_ids bigint[], p_routes integer[], p_delays bigint[], p_inputs text[], p_metas text[], p_signals json)
  returns TABLE(run_id bigint, verdict "char", existing bigint, created_at timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts runs, and sends messages to them or to those that were there already.
  body: b702f86ba05778649a75d60f8bd8ecfb

create function millrace.start_ticks(p_row millrace.schedules, p_ticks timestamp with time zone[], p_first bigint, p_once boolean, OUT made bigint, OUT existing bigint, OUT refused boolean)
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts a run of a schedule for each of these times.
  body: b698d7402e2bd959e7b91e25d2e17b3a

create function millrace.start_workflow(workflow_id text, input jsonb DEFAULT NULL::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns uuid
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Starts a run in the caller's transaction and returns its id.
  body: 59f80167fac1d3cf72a8564a3d4e8e5d

create function millrace.startable_machine(p_tenant integer, p_name text, p_version text, OUT id integer, OUT "table" text, OUT stopped text)
  returns record
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Which version of a machine an entity starts on.
  body: 68ce9a9181fa3c475dd0e2dddc3adcb9

create function millrace.stop_bulk_operation(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Stops a bulk operation.
  body: 9ae2d597ade59be6614df1bca9068ba9

create function millrace.stop_worker(p_worker bigint)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Ends a worker's lease; what it still held is handed back without blame.
  body: 02a664b45f2576b7ebef0dd93f4d470f

create function millrace.stored_documents(p_workflows integer[])
  returns TABLE(document_id integer, name text, version text, kind text, document text)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The stored documents of these versions, of whatever tenant.
  body: 2aaaf6ddfcda4f93cd4e752dc547a715

create function millrace.suspend_tenant(slug text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Nobody gets in as that tenant, and nothing of it is run.
  body: 280cf99eb8946c0cca7cd14d33f346db

create function millrace.sweep_tenant(p_tenant integer, p_place text)
  returns TABLE(deleted bigint, place text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Deletes the rows of a tenant in some pages of one table.
  body: 68ecc0a861b0fc9ad0a896e0822436ef

create function millrace.sync_schedules(p_tenant integer, p_declared jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The schedules that workflows have in their code.
  body: fb0b2a1fbbb72db6d75e135f048b30d6

create function millrace.sync_webhook(p_tenant integer, p_workflow text, p_version text, p_document jsonb, p_secret text, p_sealed boolean, p_unsigned boolean)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A stored graph with trigger_type webhook has a webhook of its own.
  body: 6931236c2881e313f794438b9d65f0b4

create function millrace.take_along(p_tenant integer, p_only bigint[], p_values json, p_asks json, p_events json, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The part of advance_tasks for what few writes bring along.
  body: 94a00596e5f7d665fc516a974a374dd0

create function millrace.take_ids()
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Draws 1,024 run ids and returns the first.
  body: 6916a9e8cd7d5ab328dc1d3556873069

create function millrace.take_in_leases(p_tenant integer, p_routes integer[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Counts what workers have of routes that get rules.
  body: cb1822fb9c8f7d89b096754701c1b5c8

create function millrace.take_lane(p_lane millrace.lanes, p_most integer, p_sweep boolean, p_now timestamp with time zone)
  returns tid[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Locks queued runs of a lane that may be leased now.
  body: 0009b67f48b3dbfff84c7c716a4e8530

create function millrace.take_rate(p_tenant text, p_class text, p_want integer)
  returns TABLE(granted integer, most bigint, remaining bigint, reset_ms integer)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A portion of the requests that a tenant may send in this minute.
  body: beb1cb094474ca9629fa38f05ceced53

create function millrace.take_suspect(p_tenant integer, p_route integer, p_full bigint[], p_shut bigint[])
  returns tid[]
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Locks a suspect of a route, if the gates of its lane have room.
  body: 7149e7fa1a4e655f2ddb19496426b429

create function millrace.taken_event(p_data text)
  returns json
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: The event that ended a wait, of the data of its journal row.
  body: 4fbbc031c76399912b7c0777469c660e

create function millrace.tell(p_runs bigint[], p_firsts integer[] DEFAULT NULL::integer[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Tells those who follow runs that something has happened to them.
  body: ff3301220b9a6c2b0f1afdff1d22af75

create function millrace.tell_rows(p_only bigint[], p_runs bigint[], p_ops "char"[], c_runs bigint[], c_seqs integer[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Tells those who follow runs what their owners wrote.
  body: 37f08c13d431568cbc238c9495ce1178

create function millrace.tenant_id(p_slug text)
  returns integer
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The number of a tenant; MR042 if there is none of that name.
  body: e53b7562be99c6b56ad099271ea7ab4a

create function millrace.tenant_json(p_tenant integer)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A tenant as people see it.
  body: 5bcdf87da074143ddc8c3e8b648340e9

create function millrace.tenant_rows(p_tenant integer, p_n integer, p_a tid, p_z tid)
  returns TABLE(line jsonb)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set plan_cache_mode=force_custom_plan
  comment: The rows of a tenant in some pages of one table.
  body: 86505486378dbb5f26f674d541ead2a6

create function millrace.terminate_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends a run at once, without the undos of its steps.
  body: 4c5c0a79c99c2c7c74b8b5f401e848f2

create function millrace.test_cell(p_name text, p_cell jsonb)
  returns boolean
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Whether a test holds of a cell.
  body: eee3040f1cfd0aa146051e1df1ea6c2d

create function millrace.text_number(p_text text, p_base numeric DEFAULT NULL::numeric)
  returns jsonb
  language plpgsql immutable set search_path=pg_catalog, pg_temp
  comment: A text as Python's int() or float() reads it.
  body: ed25f7e2b510aa696de1bb4c639d8222

create function millrace.tick(p_max integer DEFAULT 1000, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Wakes runs whose wait is over by time; returns how many.
  body: 424aa6cd721d76cd584b6b9b90acd10e

create function millrace.timer_round(p_document jsonb, OUT ordinal integer, OUT states text[])
  returns record
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Where timers of a machine lead round, each in less than a second.
  body: ecee39bf753c94d3af9433858932240d

create function millrace.tokens_left(p_meters bigint[], p_rates double precision[], p_bursts integer[], p_now timestamp with time zone, OUT room integer, OUT opens_at timestamp with time zone)
  returns record
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: How many runs may begin now by these meters.
  body: 1beb737fa7112669e26974e8c3cab207

create function millrace.transition(instance_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Moves an instance along a transition of its machine.
  body: 34ac4bf6be75a3b52195b7b69f87d04d

create function millrace.transition_guards(p_transition jsonb, OUT guards jsonb, OUT free text[])
  returns record
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What of a transition of a machine is enforced, and what is not.
  body: 410e3a1052d8bf998aadf25508217357

create function millrace.transition_problem(p_tenant integer, p_id uuid, p_code text, p_name text, p_target text, p_by text, p_request text, p_extra jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Why an instance was not moved.
  body: bf0edf7917c2c07536ca9558bb4bd55c

create function millrace.transition_scope(p_entity millrace.entities, p_to text, p_name text, p_by text, p_extra jsonb)
  returns jsonb
  language plpgsql stable set search_path=pg_catalog, pg_temp
  comment: What guards and actions may look at.
  body: 92870fb48255d9b203c0d165d080ed15

create function millrace.transitions_of(p_tenant integer, p_ids uuid[], p_by text, p_extra jsonb)
  returns TABLE(instance_id uuid, transition_id uuid, transition_name text, to_state_name text, to_state_metadata jsonb, transition_context jsonb, transition_conditions jsonb, allowed boolean, reason text, not_enforced text[])
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The transitions of the states that instances are in.
  body: d824bd7a66659541141ab84dbc10e58e

create function millrace.trigger_event(run_id uuid, event_name text, data jsonb DEFAULT NULL::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Sends a message to one run: buffered, consumed once.
  body: 33fc0b493cacd31238041c193dfdd81d

create function millrace.try_verb(p_op millrace.bulk_operations, p_run bigint)
  returns jsonb
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Does to one run what a bulk operation is for, or says why not.
  body: 37832b2c6ef1f51ddd69af458c56a927

create function millrace.type_words(p_type "char")
  returns text
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: What people call the type of an attribute.
  body: 26e8db259c16d9e9ad90feb400c6b1b4

create function millrace.undone_place(p_run bigint, OUT first_seq integer, OUT step text)
  returns record
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: From where on the history of a run is not true any more, because its steps were undone.
  body: 8bad03002312312f4a90481e247c1e46

create function millrace.unfollow(p_tenant integer, p_follower text, p_runs bigint[])
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: A process does not follow these runs any more.
  body: 6ab6085d62890ac9876fa95ed8b66cd7

create function millrace.unknown_machine(p_tenant integer, p_name text)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: That there is no machine of a name; null if there is one.
  body: e2958c5fc4f6752755e57edd7f2b089b

create function millrace.unknown_state(p_tenant integer, p_machine text, p_state text)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: That no version of a machine has a state; null if one has it.
  body: 054532a4133988393fd36da60cca223e

create function millrace.verify_history(instance_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns jsonb
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Whether the trail of an instance is whole.
  body: 3c8bd80dda4eaccf7af93c5ba0baee75

create function millrace.verify_key(p_id text, p_hash bytea)
  returns TABLE(tenant text, scopes text[], name text, good_ms bigint, suspended boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Whose key that is, and what it may do.
  body: 69be1fcaa3dbb17b51e26e2289757e59

create function millrace.verify_member(p_tenant text, p_subject text)
  returns TABLE(roles text[], suspended boolean)
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: What the subject of a token may do in a tenant.
  body: 5ba44806bb551db3ad5a033f603f73e3

create function millrace.wake(p_run bigint, p_task integer, p_seq integer, p_ended text[], p_buffered integer DEFAULT NULL::integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes ended waits off a run, and queues it if it was waiting.
  body: a31be4abf51add4c70019d23128b5c2a

create function millrace.watch(p_tenant integer, p_watcher bigint)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Asks for notifications of ended runs for the next 30 s.
  body: a217b9b920680d6365e29af64f721d42

create function millrace.watch_retention(p_workflow integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Has the history of a workflow with a retention looked through.
  body: e92933924988243a963952775a9003bd

create function millrace.webhook_at(p_path text)
  returns TABLE(id bigint, tenant_id integer, tenant text, name text, workflow text, scheme text, tolerance_ms integer, secrets text[])
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The webhook at a path, with what is needed to check a delivery.
  body: 5c60a268c5aaf726701c3be39e50c6a8

create function millrace.webhook_json(p_options jsonb, p_name text, p_drawn text DEFAULT NULL::text)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A webhook as JSON.
  body: 6f782fa0e325697aacc8feeae7f778c9

create function millrace.webhook_row(p_tenant integer, p_name text, p_options jsonb)
  returns millrace.webhooks
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The row that a webhook with these options has when it is new.
  body: 0a6762c0378ee2767e5ecd1eb56ab4aa

create function millrace.weight_path(p_tenant integer, p_workflow text, p_queue text)
  returns text
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The path into the input where the weight of a key is.
  body: 962102ce9d11195059dbecfedc369424

create function millrace.work_bulk()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Does the next batch of the bulk operation that is due first; returns when more is due.
  body: 05287775088bc1dbbc0614e4665ef9b5

create function millrace.work_entities(p_most integer DEFAULT 100)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Moves the instances of machines whose time has come.
  body: 5a396c13bdbe56e1fc41ae7fd13bed46

create function millrace.work_events()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does some of what is due about events; returns when there is more.
  body: df80bff9cd66f0717c18e0d25b4d3f5a

create function millrace.work_webhooks(p_most integer, p_under_way jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Looks after the webhooks that are due; returns what is to be sent.
  body: ad744610a3378c4da4c5c792d5dd16ba

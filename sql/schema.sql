-- Generated from the catalogue of a freshly migrated database: npm run schema. Not to be run, and not to be edited.

-- sequences -----------------------------------------------------------------------------------------------------

create sequence millrace.arrivals as bigint increment 1 start 1

create sequence millrace.emissions as bigint increment 1 start 1

create sequence millrace.fences as bigint increment 1 start 1

create sequence millrace.numbers as bigint increment 1 start 1

-- tables --------------------------------------------------------------------------------------------------------

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
  constraint children_pkey PRIMARY KEY (parent_id, run_id)
  CREATE INDEX children_closing ON millrace.children USING btree (closes_at) WHERE (closes_at IS NOT NULL)
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

create table millrace.repeatables
  path text not null
  checksum text not null
  constraint repeatables_pkey PRIMARY KEY (path)
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true
  policy tenant for select to public using true

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

create table millrace.tenants
  id integer not null generated always as identity
  slug text not null
  created_at timestamp with time zone not null default now()
  paused_at timestamp with time zone
  paused_by text
  pause_reason text
  suspended_at timestamp with time zone
  deleting_at timestamp with time zone
  constraint tenants_slug_key UNIQUE (slug)
  constraint tenants_pkey PRIMARY KEY (id)
  constraint tenants_slug_form CHECK ((slug ~ '^[A-Za-z0-9_.: -]{1,128}$'::text))
  row-level security: t, forced: t
  policy kernel for all to the owner using true with check true

create table millrace.watchers with (fillfactor=50)
  id bigint not null
  tenant_id integer not null
  expires_at timestamp with time zone not null
  constraint watchers_pkey PRIMARY KEY (id)
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

-- functions -----------------------------------------------------------------------------------------------------

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
  body: 88ce0543c2079dc2a6f78ea65788532b

create function millrace.answer_approval(approval_id text, approved boolean, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Answers a question to people; the run that asked goes on.
  body: e5c0f96507ed2073dd1c4aa982238da6

create function millrace.append_rows(p_tenant integer, p_only bigint[], c_runs bigint[], c_seqs integer[], c_kinds "char"[], c_names text[], c_data text[], c_begun integer[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Writes what owners append to the journals of their runs.
  body: 8b20a2331164f69542d62056bf2b53f1

create function millrace.apply_ask(p_run bigint, p_task integer, p_seq integer, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Pauses a run that was asked to while it was leased.
  body: 469b376ab8d8ec6fb0d8e009647a005a

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

create function millrace.begin_undo(p_runs bigint[], p_note json, p_failure text, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Has the completed steps of runs undone before these end.
  body: 61b7f7b01fd43cb71fab38afff572b2f

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

create function millrace.call_off(p_tenant integer, p_run bigint, p_task integer, p_fence bigint, p_children bigint[], p_steps text[])
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends what given-up steps of a run have begun elsewhere: children, questions to people.
  body: bdafe39349bfa086ff228652ddcd8c21

create function millrace.cancel_runs(p_tenant integer, p_runs bigint[], p_note json, p_failure text DEFAULT NULL::text, p_stuck boolean DEFAULT false, p_at_once boolean DEFAULT false)
  returns SETOF bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends runs, whatever they do; returns those that were alive.
  body: 3fa1f5761e008da80df2cacc6ef34d90

create function millrace.cancel_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends a run, whatever it does.
  body: 2cc38c88bfae0351e99ad8a418e2ecbe

create function millrace.chain_end(p_run bigint, p_status "char", p_at timestamp with time zone, OUT status "char", OUT at timestamp with time zone, OUT beside bigint)
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: How and when a run counts as ended for whoever deletes old ones.
  body: 2184fc43b7547bdf9e146fd6e06b1d03

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
  body: 45991032a73da09a5ab7f6a96c9d2914

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

create function millrace.check_options(p_function text, p_options jsonb, p_kinds jsonb DEFAULT '{}'::jsonb)
  returns integer
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: Refuses options that a public function does not know; returns the tenant's number.
  body: db73735b2df2afffb55d751553d49322

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

create function millrace.check_starts(p_metas text[])
  returns void
  language plpgsql stable set search_path=pg_catalog, pg_temp
  comment: Refuses metas of starts that others could not read later.
  body: f5201ec8f4d270976d65ae328c004452

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

create function millrace.claim_ahead(p_tenant integer, p_worker bigint, p_routes integer[], p_want integer, p_look timestamp with time zone)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Leases runs that sleep shortly before their time comes.
  body: 065c65fa137f8413777e0975339589b0

create function millrace.claim_due(p_tenant integer, p_worker bigint, p_routes integer[], p_after bigint[], p_want integer, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns TABLE(run_id bigint, task integer, fence bigint, turn bigint, route_id integer, crashes integer, timeout_ms bigint, input text, meta text, history text[], wait_keys text[], wait_ms bigint[], due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Leases runs whose time has come straight from their wait.
  body: d1e3ee667e258dfc62c0c0dd279276ff

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
  comment: Cancels children whose parents have ended; returns when to go on.
  body: 4fc5cfd095f3e9db1290039a16ef5475

create function millrace.continue_runs(p_tenant integer, p_only bigint[], p_successors json)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts the runs as which others continue, in the call that ends those.
  body: dafefeb2e388e47e3d3c875a18be6973

create function millrace.copy_history(p_tenant integer, p_from bigint, p_to bigint, p_before integer, p_except text)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=on set enable_mergejoin=on
  comment: Gives a new run the history of another up to a row.
  body: 0df1e61d32ccd783dad2bcbe038d0df6

create function millrace.current_tenant()
  returns integer
  language sql stable parallel safe
  comment: The tenant that the transaction was given; null without one.
  rights: grant execute to public
  a standard SQL body

create function millrace.debounce_runs(p_tenant integer, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives runs that wait for their begin the input of the last start, and puts them off.
  body: 9dba3bf50b9aeb0d91bbd7be066d2fca

create function millrace.define_workflow(document jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, created boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Stores a graph: a workflow that is a document, without code.
  body: 595d5b9d06e93497ce6e728ad581274c

create function millrace.delete_runs(p_tenant integer, p_runs bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Takes runs that have ended out of the history.
  body: 363df776c8909d5629a1492cb5992748

create function millrace.delete_schedule(id text, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: A schedule starts nothing any more.
  body: 3816e7b3a179a6883ed0461c2d507189

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

create function millrace.drain_workers(options jsonb)
  returns text[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Tells workers to finish what they have, and to end.
  body: 6f649fea70ebe6afaa494193a2ba0dc7

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

create function millrace.emit_event(event_name text, data jsonb DEFAULT NULL::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Tells a fact to all runs that wait for it, and starts workflows on it.
  body: f5bbf42b17c4ab3652df78d27d59540f

create function millrace.end_event_waits(p_tenant integer, p_runs bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives events to runs that wait for nothing else, all at once.
  body: 493a0d10848eaa9c3619045334853532

create function millrace.end_runs(p_tenant integer, p_only bigint[], p_runs bigint[], p_ops "char"[], p_tails text[], p_outputs text[], p_parents bigint[], p_heard bigint[], p_now timestamp with time zone)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: What follows when runs end: outcome, buffer emptied, parents told, clients notified.
  body: bb7d6ac9b44612e2894606a2eb44b4d3

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

create function millrace.expire_runs(p_max integer DEFAULT 1000)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Fails the runs whose own time-out is over; returns how many.
  body: 02677807927bbb7996dc566936a430b3

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

create function millrace.failed_steps(p_run bigint, p_step text)
  returns text[]
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: The steps of a failed run that its retry does anew.
  body: b748369e4cf5b1fe476732a4c8c728f2

create function millrace.fast_forward_workflow(run_id uuid, data jsonb DEFAULT '{}'::jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends the wait that a run is in.
  body: 4de81ac237951a9876d91d4b8fb727c1

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

create function millrace.find_attribute(p_tenant integer, p_filter jsonb, p_name text, OUT ids integer[], OUT type "char")
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: What runs are looked for by, when a filter names this attribute.
  body: 4b2ac3e26834632eab6ba7f9b4888c1e

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

create function millrace.fire_schedule(p_id bigint, p_revision integer, p_ticks timestamp with time zone[], p_after timestamp with time zone, p_next timestamp with time zone, p_note jsonb, p_problem jsonb)
  returns text
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: The times of a schedule that have come get their runs, and it goes on to its next time.
  body: cf603507d52e203bf45112bf31bca619

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

create function millrace.follow_rules(p_tenant integer, p_ids bigint[], p_delays bigint[], p_inputs text[], p_metas text[], p_judged jsonb, p_now timestamp with time zone)
  returns TABLE(run_id bigint, verdict "char", existing bigint)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does what the rules of starts say, once the runs are there.
  body: b0bcc7df24d4204a8719c87aa5d279c6

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

create function millrace.get_bulk_operation(id text, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: How far a bulk operation is.
  body: 209b80a9d1eb4623c69a94987742c92c

create function millrace.get_chores(p_tenant integer, p_now timestamp with time zone, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns TABLE(due_ms bigint, newest_route integer, chores integer, clock timestamp with time zone)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: When something comes due, the newest route, and what somebody should do.
  body: 51b0d52bd0d34bad0cfe4734f9303313

create function millrace.get_definition(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, kind text, document jsonb, hash text, created_at timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The stored document of a workflow's version.
  body: 698fe0ba1a74d3dd0b345a1633905b8c

create function millrace.get_documents(p_tenant integer, p_names text[], p_graphs text[], p_known_names text[], p_known_versions text[], p_unfinished boolean)
  returns TABLE(workflow_id text, version text, kind text, document text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The stored definitions that a worker could serve.
  body: fb11f358900f5e99bb8cff3c3c1aa819

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

create function millrace.get_journal(p_run bigint)
  returns TABLE(seq integer, at timestamp with time zone, kind "char", name text, data text, begun integer)
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: A run's journal, in order.
  body: a5144f765d16d1bdb63d462d1cd81be5

create function millrace.get_limits(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(scope text, name text, rule text, "limit" integer, period_ms bigint, burst integer, key text[], running integer, waiting integer, busiest json, paused_at timestamp with time zone, paused_by text, pause_reason text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The limits and pauses of workflows and queues, and how much of them is used.
  body: a2b483649568516d009af9ce448c6124

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
  body: 10214343b624d6da20f9ad67e71a5876

create function millrace.get_schedules(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, workflow_id text, cron text, every_ms bigint, anchor_at timestamp with time zone, timezone text, overlap text, catch_up text, input json, run_options jsonb, declared text, created_at timestamp with time zone, after_at timestamp with time zone, next_at timestamp with time zone, last_at timestamp with time zone, last_run_id uuid, waiting integer, skipped bigint, problem jsonb, note jsonb, paused_at timestamp with time zone, paused_by text, pause_reason text, clock timestamp with time zone)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The schedules of a tenant.
  body: 4d7f0849cb4ca0b8b873e5e9a6ed5901

create function millrace.get_storage(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, runs bigint, live bigint, journal_rows bigint, bytes bigint, estimated boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: How much is kept of each workflow.
  body: 0f701efef3834e0a4a001e620ff4787d

create function millrace.get_timeline(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(seq integer, step_id text, kind text, status text, attempt integer, output json, timed_out boolean, failure json, at timestamp with time zone, by text, reason text, child_id uuid, skip_reason text)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What happened to a run, in order: attempts, errors, waits, pauses.
  body: e0cbbbf1b4258cf774b177f266f86dd5

create function millrace.get_versions(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(workflow_id text, version text, kind text, live integer, pending integer, running integer, waiting integer, paused integer, workers integer, oldest timestamp with time zone, registered_at timestamp with time zone, orphaned boolean, retirable boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The versions of workflows: what runs they still have, and which workers.
  body: 0d29175562aa846adc0d8a93c7b1208e

create function millrace.get_workers(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, info jsonb, running jsonb, started_at timestamp with time zone, lease_until timestamp with time zone, alive boolean, draining boolean)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The worker processes, and the steps that have run for long there.
  body: 26d15872ef1575d22c83e50f9d8deac8

create function millrace.get_workflows(options jsonb DEFAULT '{}'::jsonb)
  returns TABLE(id text, version text, kind text, live integer, workers integer)
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The registered workflow versions, with their live runs and workers.
  body: 19b15c603f0461336356b9ab4a578c75

create function millrace.hand_back(p_workers bigint[], p_crashed boolean)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Runs leased to workers that are gone go back to the queue, or to pause.
  body: cd04dbf88adffe01f7a535c9e81e761d

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

create function millrace.hold_run(p_tenant integer, p_run bigint)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Keeps a run in the history until the transaction is through.
  body: dc18b0a95a6b0b9ffdf653a36344536f

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

create function millrace.key_meta(p_workflow text, p_paths text[], p_weight text, p_input jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: What the meta of a run says for its limits.
  body: 26ffe37b0ec750b7691ce4a0c90f3ca3

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

create function millrace.list_source(p_tenant integer, p_filter jsonb, p_ranges jsonb, OUT source text, OUT label "char", OUT value text, OUT ids bigint[], OUT statuses text[], OUT routes integer[], OUT also bigint[])
  returns record
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set join_collapse_limit=16 set from_collapse_limit=16
  comment: Where the runs of a list are found that a filter may match.
  body: 452d7b1b48b6a644e8bec0e374743abf

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

create function millrace.match_runs(p_tenant integer, p_filter jsonb, p_statuses text[], p_routes integer[], p_ranges jsonb, p_runs bigint[], p_most integer)
  returns bigint[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set jit=off set join_collapse_limit=16 set from_collapse_limit=16
  comment: Of some runs those that a filter matches.
  body: 1ba111aabe3c292b3779e792a0d47719

create function millrace.merge_values(p_first jsonb, p_later jsonb)
  returns jsonb
  language sql immutable set search_path=pg_catalog, pg_temp
  comment: Values by name, and later ones over them.
  body: c925806a799b1fd1df1387a47049347e

create function millrace.migrate_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Moves a run that is not at work to another version of its workflow.
  body: 6946907b029fb272f3afb82a4b8b5c88

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

create function millrace.note_heads(p_tenant integer, p_routes integer[], p_turns bigint[], p_sweep_ms integer)
  returns void
  language sql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Notes where the queues of these routes begin, as a sweep found it.
  body: 5a828f122498e1340acbce656ad5c15f

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
  body: c6c9d20eb2803a04fbc23766d189178f

create function millrace.prune(filter jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Takes runs that ended so long ago out of the history.
  body: 888a1e763eabe44366b9f952b58dab32

create function millrace.prune_events(p_now timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes events that nobody can get any more.
  body: 8c91d1726e81e5690666aa9a6029adbd

create function millrace.prune_history()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Deletes runs whose retention is over, some at a time; returns when to go on.
  body: 5a3d0aa14b20ad3f0b16fdc27c32dad3

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
  body: 3043709b5b7a1cf2499f6cec2652c72b

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

create function millrace.put_queue(queue text, limits jsonb, options jsonb DEFAULT '{}'::jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Sets the limits of a queue.
  body: aa14ac3f76067f65149f24b7c898b233

create function millrace.put_schedule(id text, workflow_id text, options jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a schedule, or changes it.
  body: 0939877b529c7f9f056b9c77346ce863

create function millrace.put_signal(p_tenant integer, p_run bigint, p_id text, p_name text, p_data text, p_now timestamp with time zone)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Buffers a message for a run, and ends the wait for it.
  body: c5bc111c932e3902b103974b6850d3a0

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

create function millrace.ready_routes()
  returns SETOF integer
  language sql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: The routes of all tenants that have runs which wait for a worker.
  body: 472e253a6191bb8dd1916c7a01e3e6ce

create function millrace.recover()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Hands back the runs of workers whose lease is over; returns how many.
  body: b200f43d042e9c7d4c29af36ff0b9c26

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

create function millrace.refuse_undone(p_tenant integer, p_run bigint, p_before integer)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Refuses a fork whose history would hold a step that was undone.
  body: c626601c86e4502e3d926ab9ca514378

create function millrace.register_worker(p_tenant integer, p_lease_ms integer, p_info jsonb, p_seen_fence bigint DEFAULT 0)
  returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Registers a worker process and returns its id.
  body: f8b533446000289debe31383d04c255a

create function millrace.register_workflow(p_tenant integer, p_name text, p_version text, p_definition jsonb, p_document text DEFAULT NULL::text, p_hash text DEFAULT NULL::text)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Makes a workflow version known, and returns its route.
  body: 814f9177d0deb662fd4460de1402a4a8

create function millrace.release_names(p_tenant integer, p_ids bigint[], p_metas text[], p_skip bigint[])
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Gives back the keys and ids of starts that make no run.
  body: 69de50cf868dfa0b298afcbe898cc849

create function millrace.renew_lease(p_worker bigint, p_lease_ms integer)
  returns boolean
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The heartbeat of a worker; false if it is not registered, or its lease is over.
  body: 612df154763d0f16170b8b9574f019e3

create function millrace.report_running(p_worker bigint, p_running jsonb, p_runs bigint[], p_fences bigint[])
  returns SETOF bigint
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Reports long steps; returns the runs whose lease is over.
  body: 8ac5ce8359ac026d5025189cbce70562

create function millrace.resolve_route(p_tenant integer, p_name text, p_version text DEFAULT NULL::text, p_queue text DEFAULT NULL::text, p_priority integer DEFAULT NULL::integer)
  returns TABLE(route_id integer, version text, queue text, priority integer, definition jsonb, keys text[], weight text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Where a start goes, and the defaults it gets.
  body: da4a6b3e70a725d0a013e33b3cdd6b6b

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

create function millrace.resume_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Lets a paused run go on.
  body: 86977503b03cf16eedc70048290703ab

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

create function millrace.route_ways(p_tenant integer, p_routes integer[], p_suspect boolean, p_sweep boolean)
  returns "char"[]
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_mergejoin=off set enable_bitmapscan=off set enable_sort=off
  comment: How each of a worker's routes is to be served now.
  body: fcb217bcff50c58837a3bd8be0a63f3f

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
  body: 53bf91998b6dcb08218c78051157559c

create function millrace.schedule_json(p_options jsonb, p_name text)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: A schedule as JSON.
  body: 690290db95d43f3d8e3b395b4446ea61

create function millrace.schedule_row(p_tenant integer, p_name text, p_workflow text, p_options jsonb)
  returns millrace.schedules
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The row that a schedule with these options has when it is new.
  body: 560fecfbdc7ba43fb11e31705289bf5c

create function millrace.send_signals(p_tenant integer, p_runs bigint[], p_ids text[], p_names text[], p_data text[])
  returns TABLE(nth integer, accepted boolean)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Sends messages to runs; tells which runs were alive to take them.
  body: 69ffe5b4cb443b5429d9a31182220611

create function millrace.set_output(p_tenant integer, p_from bigint, p_run bigint, p_step text, p_kind "char", p_output text)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Writes into the journal of a fork what a step gave.
  body: fb4e0f491747d8484aec607a89c82de9

create function millrace.set_values(p_run bigint)
  returns jsonb
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: What a run set as attributes: the last value of each name.
  body: d1b13f2ae02215d3548e307252b6632b

create function millrace.settle(p_run bigint, p_task integer, p_seq integer, p_now timestamp with time zone, p_more integer DEFAULT 0)
  returns TABLE(seq integer, kind "char", name text, data text)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends the waits of a run that can end; returns its journal from a number on.
  body: f1cfd6f2ce85b74e2229799563bfed4b

create function millrace.share_workflow(p_tenant integer, p_shared millrace.workflows)
  returns millrace.workflows
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: Gives a tenant its copy of a workflow version of the installation.
  body: 51a67d0c24b13f08275be8bbc8472661

create function millrace.shared_workflow(p_tenant integer, p_name text, p_version text, p_known millrace.workflows)
  returns millrace.workflows
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The tenant's copy of the version of a workflow of the installation that a start takes.
  body: 3a86985a7e0fb38946384f92be64e7ec

create function millrace.shown_attributes(p_run bigint, p_meta json)
  returns json
  language sql stable security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: The attributes of a run as they are now.
  body: 6b30bb08799430448a3491b0b481c738

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

create function millrace.start_again(p_tenant integer, p_run bigint, p_new bigint, p_route integer, p_input text, p_meta jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Starts a run as another was started.
  body: 0d8ce26b78857e69f4cde2d9372423a6

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

create function millrace.start_key(p_values jsonb)
  returns bytea
  language sql immutable security definer parallel safe set search_path=pg_catalog, pg_temp
  comment: A hash of the values at the paths of a rule.
  body: 9138e2f93876d925643e53981c8cdc17

create function millrace.start_meta(p_workflow text, p_options jsonb)
  returns jsonb
  language plpgsql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The options of start_workflow, checked, as start_runs keeps them.
  body: 1a0c2da33c89c693300391c75005c002

create function millrace.start_on(p_tenant integer, p_event millrace.events)
  returns uuid[]
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off
  comment: Starts the workflows that start on an event.
  body: 3819bbdd2d87aeadac0bff740a399d88

create function millrace.start_rules(p_ids bigint[], p_metas text[], p_skip bigint[])
  returns TABLE(nth bigint, id bigint, workflow text, rule text, key bytea, body jsonb)
  language sql immutable security definer set search_path=pg_catalog, pg_temp
  comment: The rules that some starts follow, by their metas.
  body: a7afeff90fa7b6526ddc487e6e43e6fa

create function millrace.start_runs(p_tenant integer, p_ids bigint[], p_routes integer[], p_delays bigint[], p_inputs text[], p_metas text[] DEFAULT NULL::text[])
  returns TABLE(run_id bigint, verdict "char", existing bigint, created_at timestamp with time zone)
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Starts runs, in arrays; returns the starts whose key or id was used before.
  body: 87beb6d16792bf5f035c5db9671841aa

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

create function millrace.sync_schedules(p_tenant integer, p_declared jsonb)
  returns void
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp
  comment: The schedules that workflows have in their code.
  body: 38b9941c39f2d021e886a3601b504af6

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

create function millrace.tenant_id(p_slug text)
  returns integer
  language plpgsql stable security definer set search_path=pg_catalog, pg_temp
  comment: The number of a tenant; MR042 if there is none of that name.
  body: f94651c413d4b09be68fbdf4ced67c42

create function millrace.terminate_workflow(run_id uuid, options jsonb DEFAULT '{}'::jsonb)
  returns json
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Ends a run at once, without the undos of its steps.
  body: 4c5c0a79c99c2c7c74b8b5f401e848f2

create function millrace.tick(p_max integer DEFAULT 1000, p_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set plan_cache_mode=force_generic_plan set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off set enable_bitmapscan=off
  comment: Wakes runs whose wait is over by time; returns how many.
  body: 8f6791273ed8d435d91a24ddd4077e9f

create function millrace.tokens_left(p_meters bigint[], p_rates double precision[], p_bursts integer[], p_now timestamp with time zone, OUT room integer, OUT opens_at timestamp with time zone)
  returns record
  language sql stable security definer set search_path=pg_catalog, pg_temp
  comment: How many runs may begin now by these meters.
  body: 1beb737fa7112669e26974e8c3cab207

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

create function millrace.work_events()
  returns integer
  language plpgsql volatile security definer set search_path=pg_catalog, pg_temp set jit=off set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
  comment: Does some of what is due about events; returns when there is more.
  body: df80bff9cd66f0717c18e0d25b4d3f5a

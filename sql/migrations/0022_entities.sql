-- Entity machines: states and transitions of rows of users' own tables, and the trail of who moved them.

create table millrace.machine_states (   -- of a version of a machine; they never change
  workflow_id int     not null,
  tenant_id   int     not null,
  ordinal     int     not null,          -- its place in the document, from 1
  id          uuid    not null default gen_random_uuid(),
  name        text    not null,
  initial     boolean not null,
  final       boolean not null,
  acts        boolean not null,          -- whether something is done when it is entered or left
  metadata    jsonb   not null,
  on_enter    jsonb   not null,          -- actions
  on_leave    jsonb   not null,
  sla_ms      bigint,                    -- who is in it for longer is late
  constraint machine_states_pkey primary key (workflow_id, name)
);

create table millrace.machine_transitions (  -- one row for each state that it leaves: lists and * are spread
  workflow_id int     not null,
  tenant_id   int     not null,
  from_state  text    not null,
  rank        int     not null,          -- of those from a state: explicit ones first, each in the order of the document
  ordinal     int     not null,          -- its place in the document, from 1
  id          uuid    not null,          -- of the transition, the same in all of its rows
  wildcard    boolean not null,          -- the document says *
  name        text    not null,
  to_state    text    not null,
  conditions  jsonb   not null,          -- as they stand in the document
  guards      jsonb,                     -- what of it, and of the rules, is enforced; null: nothing
  context     jsonb   not null,
  metadata    jsonb   not null,
  actions     jsonb   not null,
  after_ms    bigint,                    -- it moves by itself, so long after the state was entered
  acts        boolean not null,          -- whether anything is done: by it, in leaving its state, or in entering the next
  ends        boolean not null,          -- the state that it goes to is final
  next_ms     bigint,                    -- the least after_ms of those that leave that state
  constraint machine_transitions_pkey primary key (workflow_id, from_state, rank)
);

create table millrace.entities (          -- one row for each instance: what changes; what was done is in entity_history
  id           uuid        not null,      -- rises with time
  tenant_id    int         not null,
  workflow_id  int         not null,      -- the version of the machine that it is on
  seq          int         not null,      -- of its last row of history
  entered_at   timestamptz not null,      -- into the state
  due_at       timestamptz,               -- when a timer moves it
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  completed_at timestamptz,               -- when it came into the final state that it is in
  machine      text        not null,
  entity_table text        not null,
  entity_id    text        not null,
  state        text        not null,
  metadata     jsonb       not null,
  hash         bytea       not null,      -- of its last row of history
  timer        jsonb,                     -- how timers of this state stand: {tries, problem, code, at, rests}
  constraint entities_pkey primary key (id)  -- no checks: each would be set up anew with every transition
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create unique index entities_live on millrace.entities (tenant_id, machine, entity_table, entity_id) where completed_at is null;
create index entities_by_entity on millrace.entities (tenant_id, entity_table, entity_id, id);
create index entities_by_state on millrace.entities (tenant_id, machine, state, id);
create index entities_due on millrace.entities (due_at) where due_at is not null and (timer -> 'rests') is null;
create index entities_resting on millrace.entities (tenant_id) where (timer -> 'rests') is not null;

create table millrace.entity_history (     -- the trail: rows are added, never changed
  instance_id   uuid        not null,
  seq           int         not null,      -- from 1, without gaps
  tenant_id     int         not null,
  workflow_id   int         not null,
  executed_at   timestamptz not null,
  spent_ms      bigint,                    -- in the state that it left
  transition_id uuid,                      -- null: the start, or a migration
  from_state    text,
  to_state      text        not null,
  transition    text,
  executed_by   text        not null,      -- who was authenticated
  claimed_by    text,                      -- who the caller says that it was
  notes         text,
  request       text,                      -- of the caller: the same again is the same transition
  context       jsonb       not null,
  metadata      jsonb       not null,
  changes       jsonb,                     -- what it changed of the entity's metadata; null: nothing. Of the start it is metadata
  hash          bytea       not null,      -- sha256 of the hash before it and of all the rest
  constraint entity_history_pkey primary key (instance_id, seq)
);
create unique index entity_history_request on millrace.entity_history (instance_id, request) where request is not null;
create index entity_history_by_time on millrace.entity_history (tenant_id, executed_at);

-- what was told in transactions that have been committed since, and no worker has seen yet
create index webhook_deliveries_told on millrace.webhook_deliveries (id) where status = 'p' and next_at is null;

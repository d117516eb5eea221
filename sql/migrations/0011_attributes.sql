-- Values by which runs are looked for and ordered, and chains of runs that go on where another ended.

create table millrace.attributes (      -- those that workflows declare: a row for each type that a name has ever had
  id        int    not null generated always as identity,
  tenant_id int    not null,
  workflow  text   not null,
  name      text   not null,
  type      "char" not null,            -- t text · n number · b boolean · i instant · v text, number or boolean, as it comes
  constraint attributes_pkey primary key (id),
  constraint attributes_key unique (tenant_id, workflow, name, type),
  constraint attributes_name_form check (name ~ '^[A-Za-z0-9_.: -]{1,128}$'),
  constraint attributes_type_known check (type in ('t', 'n', 'b', 'i', 'v'))
);

create table millrace.run_attributes (  -- an index: the present value of each declared attribute of a run. The truth is in its meta and journal
  run_id    bigint not null,
  attribute int    not null,
  tenant_id int    not null,
  key       text   collate "C" not null,  -- sorts as the value does: attribute_key
  constraint run_attributes_pkey primary key (run_id, attribute)
);
create index run_attributes_by_key on millrace.run_attributes (attribute, key, run_id);

create index checkpoints_attributes on millrace.checkpoints (run_id) where kind = 'l';  -- no row of others, no cost

create table millrace.continuations (   -- a row for each run that goes on where another ended (step.continueAsNew), as old as itself
  run_id    bigint not null,
  tenant_id int    not null,
  from_run  bigint not null,
  first_run bigint not null,            -- of the chain: the run that was started
  nth       int    not null,            -- 1, 2, …
  constraint continuations_pkey primary key (run_id),
  constraint continuations_chain unique (first_run, nth)
);

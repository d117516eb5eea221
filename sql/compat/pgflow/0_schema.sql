-- The SQL names of pgflow over the engine's own functions, for callers that have them: docs/compat/pgflow.md. Flows and runs are those
-- of the tenant default. To take it away: drop schema pgflow cascade.
do $$
begin
  if to_regclass('pgflow.step_tasks') is not null then
    perform millrace.fail('MR091', 'The schema pgflow is an installation of pgflow itself: its flows and runs are in it.',
      'Install into another database, or move them away first.');
  end if;
end $$;

create schema if not exists pgflow;
revoke all on schema pgflow from public;

create table if not exists pgflow.flows (  -- that create_flow made
  flow_slug       text        not null constraint flows_pkey primary key,
  opt_max_attempts int        not null,
  opt_base_delay  int         not null,
  opt_timeout     int         not null,
  created_at      timestamptz not null default now()
);

create table if not exists pgflow.steps (  -- that add_step made; null: as the flow
  flow_slug       text        not null constraint steps_flow references pgflow.flows,
  step_slug       text        not null,
  step_type       text        not null,
  step_index      int         not null,
  deps_slugs      text[]      not null,
  opt_max_attempts int,
  opt_base_delay  int,
  opt_timeout     int,
  opt_start_delay int,
  required_input_pattern jsonb,
  forbidden_input_pattern jsonb,
  when_unmet      text        not null,
  when_exhausted  text        not null,
  created_at      timestamptz not null default now(),
  constraint steps_pkey primary key (flow_slug, step_slug)
);

do $$
begin
  if to_regtype('pgflow.runs') is null then
    create type pgflow.runs as (
      run_id uuid, flow_slug text, status text, input jsonb, output jsonb, remaining_steps int,
      started_at timestamptz, completed_at timestamptz, failed_at timestamptz);
    create type pgflow.step_states as (
      flow_slug text, run_id uuid, step_slug text, status text, remaining_tasks int, initial_tasks int, remaining_deps int,
      output jsonb, error_message text, skip_reason text,
      created_at timestamptz, started_at timestamptz, completed_at timestamptz, failed_at timestamptz, skipped_at timestamptz);
  end if;
end $$;

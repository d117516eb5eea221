-- define_machine: stores an entity machine: states and transitions of rows of users' tables. define_workflow does it, too.
-- The same name and version with the same content changes nothing; entities that are under way stay on their version.
--   document  {workflow: {name, version, table, metadata}, states: […], transitions: […]}
--   options   tenant, version (default: the document's, else 1)
-- Returns: created; notes, [{transition, not_enforced: [keys]}]: conditions that are free-form: shown, and not enforced.
-- Raises: MR001; MR015 if the version exists with another content, or the name is that of another kind of workflow; MR021 for more than
-- the tenant's quota; MR030 with all issues of the document. Locks: the version's row of workflows.
-- Example: select * from millrace.define_machine('{"workflow": {"name": "door"}, "states": [{"name": "open", "initial": true}]}');
create or replace function millrace.define_machine(document jsonb, options jsonb default '{}')
returns table (workflow_id text, version text, created boolean, notes jsonb)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant  int := millrace.check_options('define_machine', options, '{"version": "text"}');
  v_name    text := millrace.check_machine(define_machine.document);
  v_version text := coalesce(options ->> 'version', define_machine.document #>> '{workflow,version}', '1');
  v_created boolean;
begin
  if v_version !~ '^[A-Za-z0-9_.: -]{1,128}$' then
    perform millrace.fail('MR001', 'The options of define_machine were refused: version must match [A-Za-z0-9_.: -]{1,128}.', 'Correct it.',
      json_build_object('options', options));
  end if;
  v_created := millrace.keep_machine(v_tenant, v_name, v_version, define_machine.document);
  -- no jsonb_agg: of lists within it, what it takes grows with the square of their length
  return query select v_name, v_version, v_created, coalesce((
    select to_jsonb(array_agg(jsonb_build_object('transition', coalesce(t.one ->> 'name', 'transition_to_' || (t.one ->> 'to')),
                                                 'not_enforced', to_jsonb(g.free)) order by t.i))
    from jsonb_array_elements(case jsonb_typeof(define_machine.document -> 'transitions') when 'array'
                              then define_machine.document -> 'transitions' else '[]' end) with ordinality t (one, i),
    lateral millrace.transition_guards(case jsonb_typeof(t.one -> 'conditions') when 'object' then t.one #- '{conditions,expression}'
                                            else t.one - 'conditions' end) g where cardinality(g.free) > 0), '[]');
end $$;

comment on function millrace.define_machine(jsonb, jsonb) is 'Stores an entity machine: states and transitions of rows of users'' tables.';
revoke execute on function millrace.define_machine(jsonb, jsonb) from public;

-- rule_again: of the rules of a start those that hold for its retry or fork, as a part of its meta: that of a singleton, which refuses.
create or replace function millrace.rule_again(p_rules jsonb) returns jsonb
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select case when p_rules ? 'singleton'
         then jsonb_build_object('rules', jsonb_build_object('singleton', (p_rules -> 'singleton') || '{"on": "reject"}')) else '{}' end
$$;

comment on function millrace.rule_again(jsonb) is 'Of the rules of a start those that hold for its retry or fork.';
revoke execute on function millrace.rule_again(jsonb) from public;

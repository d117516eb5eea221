-- entity_seed: what stands before the first row of a trail in its hash: whose trail it is, so that it cannot be given to another entity.
create or replace function millrace.entity_seed(p_machine text, p_table text, p_entity text) returns bytea
language sql stable
return sha256(convert_to(json_build_array(p_machine, p_table, p_entity)::text, 'UTF8'));

comment on function millrace.entity_seed(text, text, text) is 'What stands before the first row of a trail in its hash: whose it is.';
revoke execute on function millrace.entity_seed(text, text, text) from public;

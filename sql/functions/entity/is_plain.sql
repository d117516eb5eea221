-- is_plain: whether what a caller gives beside a start or a transition surely breaks no rule; else item_problem has to look. It becomes a
-- part of the statements that use it, so it is no longer than what is usual needs.
create or replace function millrace.is_plain(p_extra jsonb, p_by text, p_request text) returns boolean
language sql stable
return coalesce(length(p_by) between 1 and 256 and p_by !~ '^(role|millrace):', true)
  and coalesce(length(p_request) between 1 and 256, true) and (p_extra is null
  or pg_column_size(p_extra) <= 1000 and not p_extra ?| '{claimed_by,roles,expected_state,metadata,set,if_exists}'
    and coalesce(jsonb_typeof(p_extra -> 'context') = 'object', true) and coalesce(jsonb_typeof(p_extra -> 'notes') = 'string', true)
    and jsonb_typeof(p_extra) = 'object');

comment on function millrace.is_plain(jsonb, text, text) is 'Whether what a caller gives surely breaks no rule.';
revoke execute on function millrace.is_plain(jsonb, text, text) from public;

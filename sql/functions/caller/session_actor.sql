-- session_actor: who did something where nobody is named: role: and the role in which the session acts; behind PostgREST that is the role
-- of the token. Several people may share it: it is nobody in particular. It becomes a part of the statements that use it.
create or replace function millrace.session_actor() returns text
language sql stable
return 'role:' || coalesce(nullif(current_setting('role', true), 'none'), session_user::text);

comment on function millrace.session_actor() is 'Who did something where nobody is named: the role of the session.';
revoke execute on function millrace.session_actor() from public;

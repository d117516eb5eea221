-- current_tenant: the tenant that the transaction was given by SET LOCAL millrace.tenant_id; null without one. Only the
-- policies for readers ask it: after a commit the setting is '', not null, hence the nullif.
create or replace function millrace.current_tenant() returns int
language sql stable parallel safe
return nullif(current_setting('millrace.tenant_id', true), '')::int;

comment on function millrace.current_tenant() is 'The tenant that the transaction was given; null without one.';

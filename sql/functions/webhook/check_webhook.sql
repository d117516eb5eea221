-- check_webhook: refuses a webhook that could not work.   p_new_secrets  the texts that were given, unless they are sealed
-- Raises: MR001 that names the option, its value and the rule; of secrets it shows nothing.
create or replace function millrace.check_webhook(p_id text, p_options jsonb, p_new_secrets text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_out    boolean := p_options ->> 'url' is not null;
  v_scheme text := coalesce(p_options ->> 'scheme', 'standard');
  v_ms     bigint := millrace.duration_ms(p_options -> 'tolerance');
  v_keep   bigint := millrace.duration_ms(p_options -> 'retention');
  v_bad    text;
begin
  v_bad := case
    when p_id is null or p_id !~ '^[A-Za-z0-9_.: -]{1,128}(#[0-9]{1,3})?$' then 'its id must match [A-Za-z0-9_.: -]{1,128}'
    when not v_out and p_options ->> 'workflow_id' is null then 'workflow_id (what it starts) or url (where it goes) must be given'
    when v_scheme not in ('github', 'stripe', 'slack', 'standard', 'none')
      then format('scheme "%s" must be github, stripe, slack, standard or none', left(v_scheme, 40))
    when v_out and v_scheme <> 'standard' then 'what goes out is signed by scheme standard'
    when v_out and (length(p_options ->> 'url') > 2000 or p_options ->> 'url' !~ '^https?://[^[:space:][:cntrl:]"<>\\^`{|}]+$')
      then 'url must be an address of http or https'
    when v_out and p_options ->> 'url' ~ '^https?://[^/?#]*@' then 'url must have no user and password in it'
    when not v_out and p_options -> 'events' is not null then 'events goes with url'
    when v_out and jsonb_typeof(p_options -> 'events') is distinct from 'array' then 'events must be an array of names'
    when v_out and (jsonb_array_length(p_options -> 'events') not between 1 and 32
                    or p_options -> 'events' @? 'strict $[*] ? (@.type() != "string" || !(@ like_regex "^([a-z]+[.]([a-z_]+|[*])|[*])$"))')
      then 'events must be 1 to 32 names, like run.failed, run.* or *'
    when v_out and p_options ?| array['path', 'tolerance', 'version', 'queue', 'priority', 'resource_id', 'tags', 'attributes',
                                      'timeout', 'retries']
      then 'options of runs go with a webhook that comes in'
    when p_options ->> 'path' !~ '^wh_[A-Za-z0-9]{24,64}$' then 'path must be wh_ and 24 to 64 letters and digits'
    when v_ms not between 1000 and 86400000 then 'tolerance must be from a second to a day'
    when v_keep not between 86400000 and 31622400000 then 'retention must be from a day to a year'
    when jsonb_typeof(p_options -> 'active') not in ('boolean', 'null') then 'active must be true or false'
    when jsonb_typeof(p_options -> 'sealed') not in ('boolean', 'null') then 'sealed must be true or false'
    when v_scheme = 'none' and cardinality(p_new_secrets) > 0 then 'scheme none has no secret'
    when exists (select from unnest(p_new_secrets) s (text) where length(s.text) not between 1 and 256 or btrim(s.text) = '')
      then 'a secret must be a text of 1 to 256 characters'
    when v_scheme = 'standard' and exists (select from unnest(p_new_secrets) s (text)
                                           where s.text !~ '^whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$')
      then 'a secret of scheme standard must be whsec_ and 24 to 64 bytes in base64' end;
  if v_bad is not null then
    perform millrace.fail('MR001', format('The webhook "%s" was refused: %s.', left(p_id, 140), v_bad), 'Correct it, and put it again.',
      json_build_object('webhook_id', left(p_id, 140), 'options', p_options - '{secret,new_secret}'::text[]));
  end if;
end $$;

comment on function millrace.check_webhook(text, jsonb, text[]) is 'Refuses a webhook that could not work.';
revoke execute on function millrace.check_webhook(text, jsonb, text[]) from public;

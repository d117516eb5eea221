-- hash64: 64 bits of SHA-256. Not of hashtext: whoever chooses keys could find two that meet, and Postgres may change it.
create or replace function millrace.hash64(p_text text) returns bigint
language sql immutable strict parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  select ('x' || substr(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
$$;

comment on function millrace.hash64(text) is '64 bits of the SHA-256 of a text.';
revoke execute on function millrace.hash64(text) from public;

-- draw_token: 256 bits that nobody can guess: of two random UUIDs, which have 122 each, hashed.
create or replace function millrace.draw_token() returns bytea
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

comment on function millrace.draw_token() is '256 bits that nobody can guess.';
revoke execute on function millrace.draw_token() from public;

-- run_uuid: the form of a run's id that people and other systems see: a version 8 UUID that holds the id (60 bits, so
-- that it sorts by age), the partition (14 bits) and check digits (48 bits), which tell ours from a caller's own UUID.
-- src/model/run-id.ts is its twin; test/kernel/run-uuid.test.ts holds them together.
create or replace function millrace.run_uuid(p_id bigint, p_partition int default 0) returns uuid
language sql immutable parallel safe
return (
  lpad(to_hex(p_id >> 12), 12, '0') || '8' || lpad(to_hex(p_id & 4095), 3, '0')
  || to_hex(8 | (p_partition >> 12)) || lpad(to_hex(p_partition & 4095), 3, '0')
  || lpad(to_hex(
       ((((p_id % 2147483647) * 48271 + p_partition + 1) % 2147483647) << 17)
       | ((((p_id % 2147483629) * 40692 + p_partition + 7) % 2147483629) & 131071)), 12, '0')
)::uuid;

comment on function millrace.run_uuid(bigint, int) is 'The UUID under which a run id is shown.';

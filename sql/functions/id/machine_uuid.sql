-- machine_uuid: the id under which other systems know a version of a machine: a version 8 UUID that holds its number in workflows (32
-- bits) and check digits. machine_number is its inverse.
create or replace function millrace.machine_uuid(p_workflow int) returns uuid
language sql immutable parallel safe
return (lpad(to_hex(p_workflow), 8, '0') || substr(md5('machine ' || p_workflow::text), 1, 4)
  || '8' || substr(md5('machine ' || p_workflow::text), 5, 3) || 'b' || substr(md5('machine ' || p_workflow::text), 8, 15))::uuid;

comment on function millrace.machine_uuid(int) is 'The UUID under which a version of a machine is shown.';

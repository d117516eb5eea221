import { type NearMutant, near } from './near-mutant.ts'

const starts = [
  ...near(
    // whose request it was, start_alone asks again
    'entity/start_entities.sql',
    'start-entities move-entity work-entities',
    ['nobody looks for the request', "(x.x ->> 'request' is null or", '(true or'],
    ['a start does nothing', " and s.on_enter = '[]'", ''],
    ['a machine that was deactivated takes starts', "f ->> 'stopped' is null and", ''],
    [
      'ids of any length',
      'where length(coalesce(u.tab, k.tab)) between 1 and 200 and length(u.entity) between 1 and 200',
      'where true',
    ],
    [
      'rules of what is given at the start do not count',
      "(millrace.is_plain(x.x, u.by, x.x ->> 'request') or",
      '(true or',
    ],
    ['who starts in a final state lives', 'case when i.final then v_now end', 'null'],
    ['a start sets no timer', 'v_now + i.after_ms', 'null::timestamptz + i.after_ms'],
    [
      'a start sets its timer a moment early',
      'v_now + i.after_ms',
      "v_now - interval '1 ms' + i.after_ms",
    ],
    ['starts lock in the order of their array', 'order by i.machine, i.tab, i.entity, i.id', ''],
    [
      'a thousand starts are too many',
      'where cardinality(p_machines) > 1000',
      'where cardinality(p_machines) >= 1000',
    ],
    [
      'no idle worker hears of a start',
      'perform millrace.hint() where',
      'perform millrace.hint() where false and',
    ],
    [
      'a trail begins with nothing',
      'millrace.entity_seed(i.machine, i.tab, i.entity)',
      "''::bytea",
    ],
  ),
  ...near(
    'entity/start_alone.sql',
    'start-entities transition',
    [
      'a request with another context is the same',
      "v_first.context <> coalesce(nullif(v_extra -> 'context', 'null'), '{}')",
      'false',
    ],
    [
      'a request with other metadata is the same',
      "or v_first.metadata - '$actions' <> coalesce(nullif(v_extra -> 'metadata', 'null'), '{}')",
      '',
    ],
    ['a start that has acted is not the same', " - '$actions'", ''],
    [
      'a request for another version is the same',
      'or p_version <> (select w.version from millrace.workflows w where w.id = v_first.workflow_id)',
      '',
    ],
    ["another tenant's entity is there", 'where e.tenant_id = p_tenant and', 'where'],
    ["another machine's entity is there", 'and e.machine = p_machine\n', '\n'],
    [
      'whoever lives comes before who was asked for',
      "order by coalesce(h.request = v_extra ->> 'request', false) desc, e.id desc",
      'order by e.id desc',
    ],
    [
      'who has ended is there',
      'or e.completed_at is null and v_rule is null)',
      'or v_rule is null)',
    ],
    [
      'a deactivated machine gives who lives',
      'e.completed_at is null and v_rule is null',
      'e.completed_at is null',
    ],
    ['what is there is always given', "v_extra ->> 'if_exists' = 'return'", 'true'],
    ['what was started before is not told any more', "or v_rule in ('MR040', 'MR016')", ''],
  ),
  ...near(
    'entity/start_acting.sql',
    'move-entity perform-actions start-entities',
    ['what an action refuses starts', "if v_did ->> 'problem' is not null then", 'if false then'],
    ['a start that acts and ends lives', 'case when s.final then p_row.executed_at end', 'null'],
    [
      'a start that acts has no timer',
      "p_row.executed_at + interval '1 ms'",
      "null::timestamptz + interval '1 ms'",
    ],
    [
      'what a start did is not noted',
      "elsif v_did ->> 'notes' is not null then",
      'elsif false then',
    ],
    [
      'the trail of who acts begins with nothing',
      'entity_hash(millrace.entity_seed(p_machine, p_table, p_entity), p_row)',
      "entity_hash('', p_row)",
    ],
  ),
  ...near(
    'entity/startable_machine.sql',
    'start-entities',
    [
      "another tenant's machine is taken",
      'where w.tenant_id = p_tenant and w.name = p_name and',
      'where w.name = p_name and',
    ],
    [
      'the version that is named is not taken',
      'and w.version = coalesce(p_version, w.version)',
      '',
    ],
    [
      'what was deleted is taken',
      'coalesce(p_version, w.version) and w.deleted_at is null',
      'coalesce(p_version, w.version)',
    ],
    [
      'what was deleted meanwhile is taken',
      'where w.id = v_machine.id and w.deleted_at is null order',
      'where w.id = v_machine.id order',
    ],
    ['a deletion does not wait for a start', 'order by w.id for key share', 'order by w.id'],
    ["another tenant's stop counts", 'where s.tenant_id = p_tenant and s.name', 'where s.name'],
    [
      'the version that registered first is taken',
      'w.registered_at desc, w.id desc',
      'w.registered_at, w.id',
    ],
    [
      "the installation's comes before the tenant's",
      'w.shared_id is null desc',
      'w.shared_id is null',
    ],
  ),
]

const rows = [
  ...near(
    'entity/keep_entity_row.sql',
    'entity-rows',
    ['a row is kept after its end', 'exit when v_live.completed_at is null;', 'exit;'],
    ['who moves it is not waited for', 'order by e.id for share', 'order by e.id'],
    [
      "another tenant's instance keeps a row",
      'where e.tenant_id = v_place.tenant and e.entity_table',
      'where e.entity_table',
    ],
    [
      "another machine's instance keeps a row",
      'and e.machine = v_place.machine\n      order',
      '\n      order',
    ],
    ['a table is truncated', "if tg_op = 'TRUNCATE' then", "if tg_op = 'TRUNCATE' and false then"],
    ['a truncate counts who has ended', 'and x.completed_at is null order', 'order'],
    [
      "a truncate counts another tenant's",
      'where x.tenant_id = v_place.tenant and x.machine',
      'where x.machine',
    ],
    [
      'a row may not be changed',
      "if tg_op = 'UPDATE' and v_id is not distinct",
      'if false and v_id is not distinct',
    ],
  ),
  ...near(
    'entity/start_entity_of_row.sql',
    'entity-rows',
    ['only a thousand rows start', 'by 1000 loop', 'by 1000 loop exit when v_from > 1;'],
    ['a row that cannot start is inserted', 'if v_bad is not null then', 'if false then'],
    ['a row without an id is inserted', 'if array_position(v_ids, null) > 0 then', 'if false then'],
    [
      'one that is there already refuses the row',
      '{"if_exists": "return"}',
      '{"if_exists": "fail"}',
    ],
  ),
  ...near(
    'entity/row_place.sql',
    'entity-rows',
    ["the tenant of the token is the trigger's", "if slug = '*' then", 'if false then'],
    [
      'who inserts is the role',
      "nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'",
      'null',
    ],
  ),
]

/** Starts, and rows of tables that start and stay. */
export const STARTS: readonly NearMutant[] = [...starts, ...rows]

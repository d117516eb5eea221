import { type NearMutant, near } from './near-mutant.ts'

const alone = [
  ...near(
    'entity/move_alone.sql',
    'move-entity perform-actions execute-transitions work-entities',
    ['a move that acts does nothing', 'if v_by.acts then', 'if false then'],
    ['the rules of another transition count', 'and t.id = p_row.transition_id', ''],
    ['what was done is not noted', "elsif v_did ->> 'notes' is not null then", 'elsif false then'],
    ['what was refused moves', "if v_did ->> 'problem' is not null then", 'if false then'],
    ['who acts and ends lives on', 'case when v_by.ends then p_row.executed_at end', 'null'],
    [
      'who acts has no timer',
      'p_row.executed_at + v_by.next_ms',
      'null::timestamptz + v_by.next_ms',
    ],
    ['how the timer of who acts stood stays', '      timer = null, hash', '      hash'],
    ['who acts sets nothing', "|| coalesce(p_row.changes, '{}')", ''],
    [
      'the hash of who acts follows nothing',
      'entity_hash(v_before, p_row)',
      "entity_hash('', p_row)",
    ],
    ['another that lives is an error', "if v_key <> 'entities_live' then", 'if true then'],
  ),
  ...near(
    'entity/lock_instances.sql',
    'execute-transitions perform-actions entity-races',
    ['nothing is locked', 'order by e.id for update;', 'order by e.id;'],
    [
      'instances are locked in any order',
      'and e.tenant_id = p_tenant order by e.id for update',
      'and e.tenant_id = p_tenant order by e.id desc for update',
    ],
    ['who was overtaken is not told', 'case when e.seq <> u.seen then u.seen end', 'null::int'],
  ),
  ...near(
    'entity/goes_alone.sql',
    'perform-actions execute-transitions',
    ['nobody knows who acts', '(t.acts or e', '(e'],
    ['nobody knows who leaves a final state', ' or e.completed_at is not null and not t.ends', ''],
    ['who acts in another state counts', 'and t.from_state = e.state', ''],
  ),
  ...near(
    'entity/find_instances.sql',
    'find-instances execute-transitions',
    ["another tenant's entity is meant", 'where e.tenant_id = p_tenant and', 'where'],
    ['another machine is meant', "and e.machine = x.entity ->> 'machine'", ''],
    ['another table is meant', 'and e.entity_table = any (x.tables)', ''],
    [
      'the one that a key has moved is not meant',
      'order by not exists (select from millrace.entity_history h where h.instance_id = e.id and h.request = u.request),',
      'order by',
    ],
    ['the last is meant though one lives', 'e.completed_at is not null, e.id desc', 'e.id desc'],
    ['the first that ended is meant', 'e.id desc limit 1', 'e.id limit 1'],
  ),
]

const repeats = near(
  'entity/repeated_transition.sql',
  'execute-transitions transition perform-actions',
  ['another key is the same', 'and h.request = p_row.request', ''],
  [
    'a key for another transition is the same',
    'v_done.transition is distinct from coalesce(p_name, v_done.transition)',
    'false',
  ],
  [
    'a key for another state is the same',
    'v_done.to_state <> coalesce(p_target, v_done.to_state)',
    'false',
  ],
  ['the key of the start is the same', 'or v_done.from_state is null', ''],
  ['a key with another context is the same', 'or v_done.context <> p_row.context', ''],
  [
    'a key with other metadata is the same',
    "or v_done.metadata - '$actions' <> p_row.metadata",
    '',
  ],
  ['who has acted is not the same', " - '$actions'", ''],
  ['a key with other changes is the same', 'or v_done.changes is distinct from p_row.changes', ''],
  [
    'nobody is told that it was before',
    'repeated := v_done.seq is not null;',
    'repeated := v_done.seq is not null and false;',
  ],
)

const actions = [
  ...near(
    'entity/perform_actions.sql',
    'perform-actions work-entities',
    ['entering comes before leaving', 'order by x.part, a.i', 'order by x.part desc, a.i'],
    ['actions come in any order', 'order by x.part, a.i', 'order by x.part, a.i desc'],
    ['what passes is a refusal', "if sqlstate ~ '^(08|40|53|55|57|58|XX)' then", 'if false then'],
    [
      'actions of a move have one key',
      "'entity:%s:%s:%s', p_row.instance_id, p_row.seq, v_nth",
      "'entity:%s:%s:%s', p_row.instance_id, p_row.seq, 1",
    ],
    [
      'moves of an instance have one key',
      'p_row.instance_id, p_row.seq, v_nth',
      'p_row.instance_id, 1, v_nth',
    ],
    ['what all transitions from there do is done', 'and t.id = p_row.transition_id', ''],
  ),
  ...near(
    'entity/perform_action.sql',
    'perform-actions',
    ["another tenant's webhook is told", 'where w.tenant_id = p_tenant and w.name', 'where w.name'],
    ['a webhook that comes in is told', "and w.direction = 'o' ", ''],
    ['a webhook that was deleted is told', 'and w.deleted_at is null;', ';'],
    ['a webhook that is not active is told', 'elsif v_hook.active then', 'else'],
    [
      'an action carries what it likes',
      'if octet_length(v_data::text) > 1048576 then',
      'if false then',
    ],
    ['exactly 1 MiB is too much', '> 1048576', '>= 1048576'],
    ['a start has no key', 'is null then p_key end', 'is null then null end'],
    [
      'a start has the key of a batch',
      "case when r.definition #> '{rules,batch}' is null then p_key end",
      'p_key',
    ],
    [
      'a run does not say who began it',
      "jsonb_build_array('entity:' || (p_scope #>> '{entity,instance_id}'))",
      'jsonb_build_array()',
    ],
    ['who continued is not sent it', 'v_run := millrace.last_of_chain(v_run);', ''],
    [
      'a run that is not there has ended',
      'if v_run is null and millrace.run_number(v_text::uuid) is null then',
      'if false then',
    ],
    [
      'texts are not filled',
      'else millrace.fill_template(v_given, p_scope) end',
      'else v_given end',
    ],
  ),
]

/** What is done one by one: what acts, what leaves a final state, what was done before. */
export const ALONE: readonly NearMutant[] = [...alone, ...repeats, ...actions]

import { type NearMutant, near } from './near-mutant.ts'

const guards = [
  ...near(
    'machine/guard_problem.sql',
    'guard-problem get-transitions execute-transitions',
    [
      'one of two roles lists is enough',
      "array[p_guards -> 'roles', p_guards -> 'also_roles']",
      "array[p_guards -> 'roles']",
    ],
    [
      'roles of the transition do not count',
      "array[p_guards -> 'roles', p_guards -> 'also_roles']",
      "array[p_guards -> 'also_roles']",
    ],
    ['blanks are a reason', String.raw`!~ '\S'`, "= ''"],
    ['no reason is needed', "p_guards ? 'reason' and", 'false and'],
    ['what is empty is there', `'""') = '""'`, `'""') = '"~"'`],
    [
      'fields of the call do not count',
      "nullif(p_scope #> array['call_metadata', f], 'null'),",
      '',
    ],
    [
      'comparisons do not count',
      'where not millrace.comparison_holds(',
      'where false and not millrace.comparison_holds(',
    ],
    ['an expression does not count', "if p_guards ? 'expression' then", 'if false then'],
    [
      'what is unknown is true',
      'if not millrace.is_true(v_value) then',
      "if v_value = 'false' then",
    ],
  ),
  ...near(
    'machine/transition_guards.sql',
    'guard-problem get-transitions define-machine check-machine',
    [
      'a role that is one text does not count',
      "when 'string' then jsonb_build_array(p_transition -> 'requires_role')",
      "when 'string' then null",
    ],
    [
      'a list of roles does not count',
      "'requires_role')\n                  when 'array' then p_transition -> 'requires_role' end",
      "'requires_role') end",
    ],
    ['roles of conditions do not count', "'also_roles', v_roles", "'also_roles', null"],
    [
      'four eyes of one do not count',
      "when 'string' then jsonb_build_array(p_transition -> 'four_eyes')",
      "when 'string' then null",
    ],
    [
      'four eyes of several do not count',
      "when 'array' then p_transition -> 'four_eyes'",
      "when 'array' then null",
    ],
    [
      'four eyes do not count',
      "when 'boolean' then nullif(p_transition -> 'four_eyes', 'false')",
      "when 'boolean' then null",
    ],
    [
      'four eyes that are off count',
      "when 'boolean' then nullif(p_transition -> 'four_eyes', 'false')",
      "when 'boolean' then p_transition -> 'four_eyes'",
    ],
    [
      'reasons do not count',
      "'reason', nullif(p_transition -> 'reason_required', 'false')",
      "'reason', null",
    ],
    [
      'reasons that are off count',
      "nullif(p_transition -> 'reason_required', 'false')",
      "p_transition -> 'reason_required'",
    ],
    ['fields do not count', "'fields', nullif(v_fields, '[]')", "'fields', null"],
    [
      'compared values do not count',
      "jsonb_build_object('compare',",
      "jsonb_build_object('compared',",
    ],
    ['expressions do not count', "case when v_trees = '[]' then", 'case when true then'],
    [
      'what expressions read is not checked',
      'perform millrace.check_names(t) from',
      'perform 1 from',
    ],
    [
      'an expression that is a text alone does not count',
      "if jsonb_typeof(v_given) = 'string' then",
      'if false then',
    ],
    [
      'a comparison that there is not is free-form',
      'exit when v_bad is not null;\n          v_compare',
      'v_bad := null;\n          v_compare',
    ],
  ),
  ...near(
    'machine/comparison_holds.sql',
    'guard-problem define-machine get-transitions',
    ['gt is gte', "when 'gt' then c.sign > 0", "when 'gt' then c.sign >= 0"],
    ['gte is gt', "when 'gte' then c.sign >= 0", "when 'gte' then c.sign > 0"],
    ['lt is lte', "when 'lt' then c.sign < 0", "when 'lt' then c.sign <= 0"],
    ['lte is lt', "when 'lte' then c.sign <= 0", "when 'lte' then c.sign < 0"],
    ['what is null exists', "(coalesce(p_found, 'null') <> 'null')", '(p_found is not null)'],
    ['what is not there is not another', 'p_found is distinct from p_value', 'p_found <> p_value'],
    ['kinds are mixed', 'jsonb_typeof(p_found) <> jsonb_typeof(p_value) or ', ''],
  ),
]

const eyes = near(
  'machine/four_eyes_problem.sql',
  'four-eyes-problem',
  ['who is only a role may do it', "if p_by like 'role:%' then", 'if false then'],
  ['what a role did was somebody else', " or h.executed_by like 'role:%')", ')'],
  ['what others did to others counts', 'where h.instance_id = p_instance and (h', 'where (h'],
  ['moves that are named do not count', '(p_eyes ? h.transition or', '('],
  [
    'of moves that are named only the last counts',
    "(p_eyes ? h.transition or n.gone or p_eyes = 'true'\n",
    "((p_eyes ? h.transition or n.gone or p_eyes = 'true')\n",
  ],
  ['a timer makes forget who moved it', " and l.executed_by not like 'millrace:%'", ''],
  ['what is called otherwise now is forgotten', 'or n.gone or', 'or'],
  [
    'what is called otherwise now counts though only the last move does',
    "p_eyes <> 'true' and h.workflow_id",
    'h.workflow_id',
  ],
  [
    'what has its name still counts whatever it was',
    'where t.workflow_id = e.workflow_id and t.name',
    'where false and t.name',
  ],
  ['the start of another version counts', 'and h.transition is not null and not', 'and not'],
  ['each move before counts', 'h.seq >= (select max', 'h.seq >= (select min'],
  [
    'a migration has the move before forgotten',
    '\n                      and (l.transition is not null or l.seq = 1) and',
    ' and',
  ],
  ['the start is no move', ' or l.seq = 1)', ')'],
  [
    'who took it to another version is somebody else',
    '(h.executed_by = p_by or h.transition is not null or',
    '(h.transition is not null or',
  ],
  [
    'a role that left it where it was stands in the way',
    'h.seq = 1 or h.from_state <> h.to_state',
    'true',
  ],
  [
    'a role that took it to another state is nobody',
    'h.seq = 1 or h.from_state <> h.to_state',
    'h.seq = 1',
  ],
  ['what nobody knows is told first', 'order by h.executed_by = p_by desc, h', 'order by h'],
)

const reads = [
  ...near(
    'entity/find_entity.sql',
    'get-entities get-transitions two-tenants',
    [
      "another tenant's instance is found",
      'where e.id = p_instance and e.tenant_id = p_tenant',
      'where e.id = p_instance',
    ],
    [
      "another tenant's entity is found",
      'where e.tenant_id = p_tenant and e.entity_table',
      'where e.entity_table',
    ],
    [
      'the last is found though one lives',
      'order by e.completed_at is not null, e.id desc',
      'order by e.id desc',
    ],
    [
      'the last is found though one lives in another table',
      'order by x.completed_at is not null, x.id desc',
      'order by x.id desc',
    ],
    [
      'what may be given is not looked at',
      "where k not in ('machine', 'id', 'table')",
      'where false',
    ],
  ),
  ...near(
    'entity/transitions_of.sql',
    'get-transitions two-tenants',
    [
      "another tenant's transitions are told",
      'on e.id = u.id and e.tenant_id = p_tenant',
      'on e.id = u.id',
    ],
    [
      'another that lives does not count',
      'when e.completed_at is not null and not s.final and exists',
      'when false and exists',
    ],
    ['guards are not told', 'when t.guards is not null then', 'when false then'],
  ),
  ...near(
    'entity/match_entities.sql',
    'get-entities',
    ["another tenant's instances match", 'where e.tenant_id = p_tenant', 'where true'],
    ['any version matches', '(p_versions is null or', '(true or'],
    [
      'any table matches',
      "e.entity_table = coalesce(p_filter ->> 'entity_table', e.entity_table)",
      'true',
    ],
    ['any state matches', "e.state = coalesce(p_filter ->> 'state', e.state)", 'true'],
    ['who has ended is live', "when 'live' then e.completed_at is null", "when 'live' then true"],
    [
      'what is old was changed',
      "e.updated_at >= coalesce((p_filter ->> 'updated_after')::timestamptz, e.updated_at)",
      'true',
    ],
    [
      'who is in time is late',
      "e.entered_at < p_now - interval '1 ms'",
      "e.entered_at <= p_now + interval '1 ms'",
    ],
    ['who has ended is late', 'or e.completed_at is null and e.entered_at', 'or e.entered_at'],
  ),
]

/** Who may do what, and see what. */
export const GUARDS: readonly NearMutant[] = [...guards, ...eyes, ...reads]

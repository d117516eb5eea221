import { type NearMutant, near } from './near-mutant.ts'

/** What makes others wait: who defines and who deletes. */
export const RACES: readonly NearMutant[] = [
  // that the row is taken away at once is not among them: revive_name, which follows wherever a name is held, would take it too
  ...near(
    'definition/hold_name.sql',
    'definition-races delete-tenant',
    [
      'a name is not held',
      "values (p_tenant, p_name, 'd', 'infinity')",
      "select p_tenant, p_name, 'd', 'infinity' where false",
    ],
    [
      'a name that is deactivated is not held',
      'do update set name = excluded.name;',
      'do nothing;',
    ],
    ['who defines forgets that it was deactivated', " and s.stopped_at = 'infinity'", ''],
    ['who defines does not hold the tenant', 'perform millrace.hold_tenant(p_tenant);', ''],
  ),
  ...near(
    'tenant/hold_tenant.sql',
    'delete-tenant',
    ['a tenant is not held', ' order by t.id for key share;', ' order by t.id;'],
    ['a tenant that is being deleted is there', 'and t.deleting_at is null ', ''],
    ['a tenant that has gone is there', 'if not found and', 'if false and'],
    ['the installation is a tenant that has gone', ' and p_tenant <> 0', ''],
  ),
  ...near(
    'tenant/delete_entities.sql',
    'delete-entities',
    ['starts of its machines are not waited for', 'order by w.id for update;', 'order by w.id;'],
    ['all go at once', ' limit p_batch', ''],
    ['its machines take starts', 'set deleted_at = v_now', 'set deleted_at = null'],
    ['moves of its entities are not waited for', 'order by e.id for update;', 'order by e.id;'],
    ["another tenant's entities go", 'where e.tenant_id = p_tenant\n', '\n'],
    [
      "another tenant's machines go",
      'set deleted_at = v_now\n  where w.tenant_id = p_tenant and',
      'set deleted_at = v_now\n  where',
    ],
    [
      'no trail goes',
      'delete from millrace.entity_history h where',
      'delete from millrace.entity_history h where false and',
    ],
  ),
]

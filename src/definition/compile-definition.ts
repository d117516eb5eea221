import type { Definition } from './definition.ts'
import { recordOf } from './definition-record.ts'

/**
 * SQL that makes a definition known, with its options, schedules and document, so that runs of it can be started
 * before any worker has its code. Run it as the owner of the schema; again: no change.
 * @param tenant default: the one that there is from the start
 * @param schema of the engine there
 * @returns statements, each with its semicolon; those of its parts come first
 */
export function compileDefinition(
  definition: Definition,
  tenant = 'default',
  schema = 'millrace',
): string[] {
  const { id, version, kind, schedules = [], parts = [] } = definition
  // nothing of it is ever started by its time
  if (kind === 'machine') return [register(definition, tenant, schema)]
  const declared = JSON.stringify([{ workflow: id, version, schedules }])
  return [
    ...parts.map((part) => register(part, tenant, schema)),
    register(definition, tenant, schema),
    // also where it has none: those that an earlier version declared are over
    `select ${schema}.sync_schedules(${schema}.tenant_id(${quote(tenant)}), ${quote(declared)}::jsonb);`,
  ]
}

function register(definition: Definition, tenant: string, schema: string): string {
  const { id, version, kind, document } = definition
  const values = [
    ...[`${schema}.tenant_id(${quote(tenant)})`, quote(id), quote(version)],
    `${quote(JSON.stringify(recordOf(definition)))}::jsonb`,
    ...(document ? [quote(document.text), quote(document.hash)] : []),
  ]
  const title = `-- ${kind} "${id}" in version "${version}"`
  return `${title}\nselect ${schema}.register_workflow(${values.join(', ')});`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

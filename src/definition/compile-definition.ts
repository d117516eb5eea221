import type { Definition } from './definition.ts'
import { recordOf } from './definition-record.ts'

/**
 * SQL that makes a definition known, with its options, schedules and document, so that runs of it can be started
 * before any worker has its code. Run it as the owner of the schema; again: no change.
 * @param tenant default: the one that there is from the start
 * @returns statements, each with its semicolon; those of its parts come first
 */
export function compileDefinition(definition: Definition, tenant = 'default'): string[] {
  const { id, version, kind, document, schedules = [], parts = [] } = definition
  const of = `millrace.tenant_id(${quote(tenant)})`
  const values = [
    ...[of, quote(id), quote(version), `${quote(JSON.stringify(recordOf(definition)))}::jsonb`],
    ...(document ? [quote(document.text), quote(document.hash)] : []),
  ]
  const declared = JSON.stringify([{ workflow: id, version, schedules }])
  return [
    ...parts.flatMap((part) => compileDefinition(part, tenant)),
    `-- ${kind} "${id}" in version "${version}"\nselect millrace.register_workflow(${values.join(', ')});`,
    ...(schedules.length === 0
      ? []
      : [`select millrace.sync_schedules(${of}, ${quote(declared)}::jsonb);`]),
  ]
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

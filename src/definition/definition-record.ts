import type { DefinitionRecord } from '../model/definition-record.ts'
import type { Definition } from './definition.ts'

/** What the kernel keeps of a definition of the code. */
export function recordOf({
  kind,
  defaults,
  partOf,
}: Pick<Definition, 'kind' | 'defaults' | 'partOf'>): DefinitionRecord {
  const { timeoutMs, retentionMs, startOn, ...rest } = defaults
  return {
    kind,
    ...(partOf === undefined ? {} : { part_of: partOf }),
    ...rest,
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
    ...(retentionMs === undefined ? {} : { retention_ms: retentionMs }),
    ...(startOn === undefined ? {} : { start_on: startOn }),
  }
}

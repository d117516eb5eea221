import type { DefinitionRecord } from '../model/definition-record.ts'
import type { Definition } from './definition.ts'

/** What the kernel keeps of a definition of the code. */
export function recordOf({
  kind,
  defaults,
}: Pick<Definition, 'kind' | 'defaults'>): DefinitionRecord {
  const { timeoutMs, retentionMs, startOn, ...rest } = defaults
  return {
    kind,
    ...rest,
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
    ...(retentionMs === undefined ? {} : { retention_ms: retentionMs }),
    ...(startOn === undefined ? {} : { start_on: startOn }),
  }
}

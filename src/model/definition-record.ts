import type { AttributeRules } from './attribute-rules.ts'
import type { LimitRules } from './limit-rules.ts'
import type { StartRules } from './start-rules.ts'

/** What the kernel keeps of a definition: the defaults of its starts. */
export type DefinitionRecord = {
  readonly kind: string
  /** The workflow for whose runs it does parts. */
  readonly part_of?: string
  readonly queue?: string
  readonly priority?: number
  readonly timeout_ms?: number
  readonly retries?: number
  readonly retention_ms?: { completed?: number; failed?: number; cancelled?: number }
  readonly limits?: LimitRules
  readonly rules?: StartRules
  readonly start_on?: readonly { readonly event: string; readonly key?: string }[]
  readonly attributes?: AttributeRules
}

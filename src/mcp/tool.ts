import type { z } from 'zod'
import type { McpCaller, McpScope } from './caller.ts'

/** A tool: named like the SQL function that does the same. */
export type Tool = {
  readonly name: string
  readonly title: string
  /** For the model that chooses: what it does, and when to use it. */
  readonly description: string
  readonly scope: McpScope
  readonly effect: Effect
  readonly input: z.ZodObject
  /** Arguments that say who the caller is: only for callers who are not known. */
  readonly identity?: z.ZodRawShape
  /** Longest text of a payload in the answer, in characters, unless `max_chars` says otherwise. */
  readonly payload: number
  run(caller: McpCaller, args: Args): Promise<unknown>
}

/**
 * What a call may do: `read` changes nothing; `add` begins or goes on; `again` does so, and the same call
 * again changes nothing more; `end` takes away what cannot be given back.
 */
export type Effect = 'read' | 'add' | 'again' | 'end'

/** Arguments, validated by the tool's schema. */
// biome-ignore lint/suspicious/noExplicitAny: each tool knows its own
export type Args = any

/** The annotations by which clients decide whether to ask a person first. */
export function annotationsOf({ title, effect }: Tool): {
  title: string
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
} {
  return {
    title,
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'end',
    idempotentHint: effect !== 'add',
    // a workflow's steps reach whatever they are written to reach; a look reaches the database alone
    openWorldHint: effect !== 'read',
  }
}

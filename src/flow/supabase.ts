/**
 * `millrace/flow/supabase`: flows whose handlers have `ctx.supabase`, of the engine's `resources`.
 * @module
 */
import type { Json } from '../model/json.ts'
import { Flow as AnyFlow } from './flow.ts'
import type { FlowOptions } from './flow-options.ts'

/** What handlers find in their context, if the engine was given it: `resources: { supabase }`. */
export type SupabaseResources = {
  // biome-ignore lint/suspicious/noExplicitAny: the client's own types come with the user's package
  supabase: any
}

/**
 * A Flow whose handlers have a Supabase client.
 * @example new Flow<{ userId: string }>({ slug: 'profile' }).step({ slug: 'user' }, ({ userId }, ctx) => ctx.supabase.from('users').select('*').eq('id', userId))
 */
export const Flow = AnyFlow as unknown as new <I = Json>(
  options: FlowOptions<I>,
) => AnyFlow<I, SupabaseResources>

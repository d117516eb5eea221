// What the compiler makes of workflow(): input from the schema, output from the handler.
import { type } from 'arktype'
import { type InferInputParameters, type InputOf, type SchemaIn, workflow } from 'millrace'
import * as v from 'valibot'
import { z } from 'zod'
import { type Eq, ok } from './eq.ts'

const person = z.object({ email: z.string(), n: z.number().default(1) })

/** Callers give the input type of a schema, handlers get its output. */
export const w = workflow(
  'w',
  async ({ input, runId, resourceId, tags, attempt, signal, logger, timeline }) => {
    ok<Eq<typeof input, { email: string; n: number }>>()
    ok<Eq<typeof runId, string>>()
    ok<Eq<typeof resourceId, string | null>>()
    ok<Eq<typeof tags, string[]>>()
    ok<Eq<typeof attempt, number>>()
    ok<Eq<typeof signal, AbortSignal>>()
    logger.info('got it', { input })
    ok<Eq<(typeof timeline)[string]['output'] | undefined, unknown>>()
    return { at: new Date(), total: 3 }
  },
  { inputSchema: person, retries: 3, timeout: '2 days', retry: { backoff: 'linear' } },
)
ok<Eq<SchemaIn<typeof person>, { email: string; n?: number | undefined }>>()
ok<Eq<InferInputParameters<typeof person>, { email: string; n: number }>>()
ok<Eq<typeof w.kind, 'function'>>()
ok<Eq<typeof w.id, string>>()

// any Standard Schema
workflow('valibot', async ({ input }) => ok<Eq<typeof input, { a: string }>>(), {
  inputSchema: v.object({ a: v.string() }),
})
workflow('arktype', async ({ input }) => ok<Eq<typeof input, { a: string }>>(), {
  inputSchema: type({ a: 'string' }),
})
workflow('transformed', async ({ input }) => ok<Eq<typeof input, number>>(), {
  inputSchema: z.string().transform(Number),
})

// keys of rules are paths into the input
const account = z.object({ account: z.object({ id: z.string() }), n: z.number() })
workflow('keyed', async () => 1, {
  inputSchema: account,
  singleton: { onConflict: 'join', key: 'account.id' },
  debounce: { period: '5 s', maxWait: 60_000, key: ['account.id', 'n'] },
})
workflow('keyed', async () => 1, { inputSchema: account, throttle: { period: '1 day' } })
// @ts-expect-error a path that leads nowhere
workflow('x', async () => 1, { inputSchema: account, throttle: { period: 1, key: 'account.no' } })
// @ts-expect-error a conflict that there is not
workflow('x', async () => 1, { singleton: { onConflict: 'maybe' } })

// with batch the handler gets an array, callers give one
export const batched = workflow(
  'batched',
  async ({ input }) => ok<Eq<typeof input, { email: string; n: number }[]>>(),
  {
    inputSchema: person,
    batch: { size: 10, timeout: '1 s' },
  },
)
ok<Eq<InputOf<typeof batched>, SchemaIn<typeof person>>>()

// without a schema nothing is known of the input
export const open = workflow('open', async ({ input, step }) => {
  ok<Eq<typeof input, unknown>>()
  return step.run('s', () => 1)
})
export const none = workflow('none', () => {})
export const direct = workflow('direct', () => 'not a promise')

// @ts-expect-error a handler is needed
workflow('x')
// @ts-expect-error an option that there is not
workflow('x', async () => 1, { inputScheme: person })
// @ts-expect-error a backoff that there is not
workflow('x', async () => 1, { retry: { backoff: 'quadratic' } })
workflow(
  'x',
  async ({ input }) => {
    // @ts-expect-error the schema has no such field
    return input.missing
  },
  { inputSchema: person },
)

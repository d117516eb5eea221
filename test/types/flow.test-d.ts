// What the compiler makes of flows: inputs from dependencies, outputs from handlers, what may be skipped.
import { createWorkflowRef, defineSignal, WorkflowClient, WorkflowEngine, workflow } from 'millrace'
import {
  type CompatibleFlow,
  type ExtractFlowContext,
  type ExtractFlowDeps,
  type ExtractFlowInput,
  type ExtractFlowLeafSteps,
  type ExtractFlowOutput,
  type ExtractFlowSteps,
  Flow,
  type StepInput,
  type StepOutput,
} from 'millrace/flow'
import { z } from 'zod'
import { type Eq, ok } from './eq.ts'

type Input = { url: string; vip: boolean }
type Site = { content: string; at: string }

export const f = new Flow<Input>({ slug: 'f', maxAttempts: 3, baseDelay: 5, timeout: 10 })
  .step({ slug: 'site' }, async (input, ctx) => {
    ok<Eq<typeof input, Input>>()
    ok<Eq<typeof ctx.flowInput.url, string>>()
    const awaited = await ctx.flowInput
    ok<Eq<typeof awaited.vip, boolean>>()
    ok<Eq<typeof ctx.signal, AbortSignal>>()
    return { content: input.url, at: new Date() }
  })
  .step({ slug: 'vip', dependsOn: ['site'], if: { site: { content: 'x' } } }, (given) => {
    ok<Eq<typeof given, { site: Site }>>()
    return 1
  })
  .step(
    {
      slug: 'casc',
      dependsOn: ['site'],
      ifNot: { site: { content: 'x' } },
      whenUnmet: 'skip-cascade',
    },
    () => 'c',
  )
  .step(
    { slug: 'both', dependsOn: ['site'], if: {}, whenUnmet: 'skip-cascade', whenExhausted: 'skip' },
    () => true,
  )
  .step({ slug: 'exh', dependsOn: ['site'], whenExhausted: 'skip' }, () => [1])
  .step({ slug: 'end', dependsOn: ['vip', 'casc', 'both', 'exh', 'site'] }, (given) => {
    ok<
      Eq<typeof given, { casc: string; site: Site; vip?: number; both?: boolean; exh?: number[] }>
    >()
    return given.casc
  })
  .array({ slug: 'nums', dependsOn: ['site'] }, () => [{ id: 1 }, { id: 2 }])
  .map({ slug: 'dbl', array: 'nums', concurrency: 3 }, (one, { index }) => {
    ok<Eq<typeof one, { id: number }>>()
    ok<Eq<typeof index, number>>()
    return one.id * 2
  })
  .map({ slug: 'str', array: 'dbl', if: { dbl: [2] } }, async (n) => String(n))

ok<Eq<ExtractFlowInput<typeof f>, Input>>()
ok<Eq<ExtractFlowOutput<typeof f>, { end: string; str?: string[] }>>()
ok<Eq<ExtractFlowLeafSteps<typeof f>, { end: string; str: string[] }>>()
ok<Eq<ExtractFlowDeps<typeof f>['end'], ('vip' | 'casc' | 'both' | 'exh' | 'site')[]>>()
ok<Eq<StepInput<typeof f, 'site'>, Input>>()
ok<Eq<StepInput<typeof f, 'dbl'>, { nums: { id: number }[] }>>()
ok<Eq<StepOutput<typeof f, 'dbl'>, number[]>>()
ok<
  Eq<
    keyof ExtractFlowSteps<typeof f>,
    'site' | 'vip' | 'casc' | 'both' | 'exh' | 'end' | 'nums' | 'dbl' | 'str'
  >
>()

// a run of it
const client = new WorkflowClient({ connectionString: 'x' })
export const result = await (await client.startWorkflow(f, { url: 'u', vip: true })).result()
ok<Eq<typeof result, { end: string; str?: string[] }>>()
// @ts-expect-error an input that lacks something
await client.startWorkflow(f, { url: 'u' })
createWorkflowRef<typeof f>('f')

// root maps
const rootMap = new Flow<string[]>({ slug: 'r' }).map({ slug: 'up' }, (s) => s.toUpperCase())
ok<Eq<ExtractFlowOutput<typeof rootMap>, { up: string[] }>>()

// what does not compile
const base = new Flow<Input>({ slug: 'b' }).step({ slug: 'a' }, () => 1)
// @ts-expect-error a slug that is taken
base.step({ slug: 'a' }, () => 1)
// @ts-expect-error an unknown dependency
base.step({ slug: 'b', dependsOn: ['zz'] }, () => 1)
// @ts-expect-error whenUnmet without a condition
base.step({ slug: 'b', whenUnmet: 'skip' }, () => 1)
// @ts-expect-error a pattern of the wrong shape
base.step({ slug: 'b', if: { vip: 'yes' } }, () => 1)
// @ts-expect-error a map over what is no array
base.map({ slug: 'm', array: 'a' }, (x) => x)
// @ts-expect-error a map over an input that is no array
base.map({ slug: 'm' }, (x) => x)
// @ts-expect-error also with a condition
base.map({ slug: 'm', if: { vip: true } }, (x) => x)
// @ts-expect-error a map over a step that there is not
base.map({ slug: 'm', array: 'zz' }, (x) => x)
// @ts-expect-error an array that is none
base.array({ slug: 'm' }, () => 1)
// an input of which nothing is known may be one
new Flow({ slug: 'any' }).map({ slug: 'm' }, (x) => String(x))
new Flow<number[] | null>({ slug: 'some' }).map({ slug: 'm' }, (x) => x)
// @ts-expect-error an empty list of dependencies
base.step({ slug: 'b', dependsOn: [] }, () => 1)
// @ts-expect-error a key of a limit that leads nowhere
new Flow<Input>({ slug: 'k', concurrency: { limit: 1, key: 'nowhere' } })
new Flow<Input>({
  slug: 'k',
  concurrency: { limit: 1, key: 'url' },
  queue: 'mail',
  runTimeout: '1 h',
})

// waits, calls, loops, races
const w = workflow('w', async ({ input }) => ({ at: new Date(), total: input.email.length }), {
  inputSchema: z.object({ email: z.string() }),
})
const more = base
  .waitFor({
    slug: 'ok',
    source: defineSignal<{ yes: boolean }>('ok'),
    dependsOn: ['a'],
    timeout: '1 day',
  })
  .step({ slug: 'z', dependsOn: ['ok'] }, (given) => {
    ok<Eq<typeof given.ok, { yes: boolean } | null>>()
    return 1
  })
  .invoke({ slug: 'sub', workflow: w, dependsOn: ['z'] }, ({ z: n }) => ({ email: String(n) }))
  .loop(
    { slug: 'rounds', workflow: w, maxIterations: 5, while: ({ total }) => total < 3 },
    ({ url }, last) => ({ email: url + (last?.total ?? 0) }),
  )
  .race({ slug: 'fast', dependsOn: ['sub'] }, { a: ({ sub }) => sub.total, b: async () => 'no' })
  .approval({ slug: 'may', question: 'May we?', timeout: 60 })
  .delay({ slug: 'nap', duration: 5, dependsOn: ['may'] })
type More = ExtractFlowOutput<typeof more>
ok<Eq<More['rounds'], { at: string; total: number }[]>>()
type Fast = { winner: 'a'; output: number } | { winner: 'b'; output: string }
ok<Eq<More['fast'], Fast>>()
ok<Eq<More['nap'], null>>()
ok<Eq<StepOutput<typeof more, 'may'>['approved'], boolean>>()
// @ts-expect-error an input that the workflow does not take
base.invoke({ slug: 'bad', workflow: w }, () => ({ mail: 1 }))

new WorkflowEngine({ connectionString: 'x', workflows: [w, f, rootMap, more] })

// resources
const withContext = new Flow<{ id: string }, { supabase: { from(table: string): number } }>({
  slug: 'c',
}).step({ slug: 's' }, ({ id }, ctx) => ctx.supabase.from(id))
ok<Eq<ExtractFlowContext<typeof withContext>['supabase']['from'], (table: string) => number>>()
type Fits = CompatibleFlow<typeof withContext, { supabase: { from(table: string): number } }>
ok<Eq<Fits, typeof withContext>>()
// biome-ignore lint/complexity/noBannedTypes: no resources
ok<Eq<CompatibleFlow<typeof withContext, {}>, never>>()

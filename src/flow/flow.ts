import { Dag } from '../dag/dag.ts'
import type {
  Definition,
  DefinitionDocument,
  RunHandle,
  StartDefaults,
} from '../definition/definition.ts'
import { isKeyedEvent } from '../definition/event.ts'
import type { LeasedRun, RunHost } from '../definition/host.ts'
import { isSignal, type WaitSource } from '../definition/signal.ts'
import type { Startable } from '../definition/startable.ts'
import { DefinitionError } from '../model/errors.ts'
import type { Json, Jsonify } from '../model/json.ts'
import type { ScheduleRule } from '../model/schedule-rules.ts'
import type { Schema, SchemaOut } from '../model/schema.ts'
import {
  type ApprovalAnswer,
  type ApprovalOptions,
  checkApproval,
} from '../workflow/approval-step.ts'
import { defineWorkflow, type WorkflowDefinition } from '../workflow/define-workflow.ts'
import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { Env, FlowContext } from './flow-context.ts'
import { checkFlowOptions, type FlowOptions, workflowOptionsOf } from './flow-options.ts'
import type { FlowHandler, FlowWork } from './flow-step.ts'
import type {
  ArraySlug,
  Base,
  Condition,
  FlowOutput,
  In,
  Item,
  MapOptions,
  Mode,
  NewSlug,
  NoCondition,
  On,
  Out,
  OverInput,
  Seconds,
  SkippableMode,
  StepMeta,
  WhenExhaustedMode,
  WhenUnmetMode,
  Won,
} from './inference.ts'
import { isPart, makePart } from './parts.ts'
import { readStep, type StepSpec, secondsOf } from './read-step.ts'
import { reviveSteps } from './revive-flow.ts'
import { runFlow } from './run-flow.ts'
import { documentOf, type FlowShape, shapeOf, versionOf } from './shape.ts'
import { StepList } from './step-list.ts'

// biome-ignore lint/complexity/noBannedTypes: no steps yet, and no context of one's own: what is added is all
type Nothing = {}

const MAP_CONCURRENCY = 10
const MAX_ATTEMPTS = 3
/** Rows of a run's history: its steps and their items bound it, and it cannot continue as new. */
const MAX_ROWS = 100_000

// biome-ignore format: one line says what all of them do
type Add<I, C extends Record<string, unknown>, S, D, E extends Env, K extends string, O, M extends SkippableMode, Dep> =
  Flow<I, C, S & { [Q in K]: StepMeta<O, M> }, D & { [Q in K]: Dep }, E>

/**
 * Steps and what they depend on, typed: each gets the outputs of those before it, and begins when they have ended.
 * Each method gives a new flow. A run gives the outputs of the steps on which no other depends.
 * @throws DefinitionError that names the step: a slug that is taken, an unknown dependency, a bad option
 * @example const site = new Flow<{ url: string }>({ slug: 'analyse_site', maxAttempts: 3 })
 *   .step({ slug: 'page' }, ({ url }, ctx) => fetchPage(url, ctx.signal))
 *   .array({ slug: 'links', dependsOn: ['page'] }, ({ page }) => page.links)
 *   .map({ slug: 'titles', array: 'links' }, (url) => titleOf(url))
 */
export class Flow<
  I = Json,
  C extends Record<string, unknown> = Nothing,
  S = Nothing,
  D = Nothing,
  E extends Env = Env,
> implements Definition<I, FlowOutput<S, D>, { [K in keyof S]: Out<S, K> }>
{
  readonly kind = 'flow' as const
  readonly slug: string
  readonly options: FlowOptions<I>
  /** Never set: it only carries the types. */
  declare readonly '~types'?: {
    input: I
    output: FlowOutput<S, D>
    steps: { [K in keyof S]: Out<S, K> }
  }
  readonly #steps: StepList
  #compiled: WorkflowDefinition | null = null
  #document: DefinitionDocument | null = null
  #parts: readonly Definition[] | null = null

  /** @param steps of the engine's own: those so far */
  constructor(options: FlowOptions<I>, steps: StepList = StepList.empty) {
    if (steps.length === 0) checkFlowOptions(options)
    this.options = options
    this.slug = options.slug
    this.#steps = steps
  }

  /** As the other definitions have it: the slug. */
  get id(): string {
    return this.slug
  }

  /** As it was given; else made of the flow's shape, so that another shape is another version. */
  get version(): string {
    return this.options.version ?? versionOf(this.document)
  }

  /** Its shape, which is kept with its version. */
  get document(): DefinitionDocument {
    this.#document ??= documentOf(this.shape)
    return this.#document
  }

  /** The flow as it was in another shape, with the handlers of now. @throws DefinitionError if they do not fit */
  revive(text: string, version: string): Definition {
    const steps = reviveSteps(text, this.#steps.all)
    const list = steps.reduce((all, step) => all.with(step), StepList.empty)
    return new Flow({ ...this.options, version }, list)
  }

  get inputSchema(): Schema | undefined {
    return this.options.inputSchema
  }

  /** Slugs of its steps, as they were added. */
  get stepOrder(): string[] {
    return this.#steps.all.map(({ id }) => id)
  }

  /** What makes it the flow that it is. */
  get shape(): FlowShape {
    return shapeOf(this.slug, this.#steps.all)
  }

  get defaults(): StartDefaults {
    return this.#definition.defaults
  }

  get schedules(): readonly ScheduleRule[] {
    return this.#definition.schedules ?? []
  }

  run(lease: LeasedRun, host: RunHost): RunHandle {
    return this.#definition.run(lease, host)
  }

  /** One try of the handler calls the next steps when those before have ended. */
  step<
    K extends string,
    O,
    P extends keyof S & string = never,
    X extends WhenExhaustedMode = 'fail',
  >(
    opts: Base<NewSlug<S, K> & K, X> & On<P> & NoCondition,
    handler: (input: In<I, S, P>, ctx: FlowContext<E, I> & C) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>, Mode<never, X>, P[]>
  step<
    K extends string,
    O,
    P extends keyof S & string = never,
    X extends WhenExhaustedMode = 'fail',
    U extends WhenUnmetMode = 'skip',
  >(
    opts: Base<NewSlug<S, K> & K, X> & On<P> & Condition<In<I, S, P>, U>,
    handler: (input: In<I, S, P>, ctx: FlowContext<E, I> & C) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>, Mode<U, X>, P[]>
  step(opts: object, handler: FlowHandler): never {
    return this.#add(opts, { type: 'single' }, handler)
  }

  /** A step that gives an array, over which a map can go. */
  array<
    K extends string,
    O extends readonly unknown[],
    P extends keyof S & string = never,
    X extends WhenExhaustedMode = 'fail',
  >(
    opts: Base<NewSlug<S, K> & K, X> & On<P> & NoCondition,
    handler: (input: In<I, S, P>, ctx: FlowContext<E, I> & C) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>, Mode<never, X>, P[]>
  array<
    K extends string,
    O extends readonly unknown[],
    P extends keyof S & string = never,
    X extends WhenExhaustedMode = 'fail',
    U extends WhenUnmetMode = 'skip',
  >(
    opts: Base<NewSlug<S, K> & K, X> & On<P> & Condition<In<I, S, P>, U>,
    handler: (input: In<I, S, P>, ctx: FlowContext<E, I> & C) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>, Mode<U, X>, P[]>
  array(opts: object, handler: FlowHandler): never {
    return this.#add(opts, { type: 'single' }, handler)
  }

  /**
   * The handler is called for each element of the output of `array`, or of the flow's input; each call is recorded
   * and retried by itself, `concurrency` (10) at a time. Gives their results in order. With `blockSize` so many items
   * at a time go to whichever workers have room.
   */
  map<K extends string, O, A extends ArraySlug<S> = never, X extends WhenExhaustedMode = 'fail'>(
    opts: Base<NewSlug<S, K> & K, X> & MapOptions<A> & OverInput<I, A> & NoCondition,
    handler: (
      item: Item<I, S, A>,
      ctx: FlowContext<E, I> & C & { index: number },
    ) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>[], Mode<never, X>, A[]>
  map<
    K extends string,
    O,
    A extends ArraySlug<S> = never,
    X extends WhenExhaustedMode = 'fail',
    U extends WhenUnmetMode = 'skip',
  >(
    opts: Base<NewSlug<S, K> & K, X> & MapOptions<A> & OverInput<I, A> & Condition<In<I, S, A>, U>,
    handler: (
      item: Item<I, S, A>,
      ctx: FlowContext<E, I> & C & { index: number },
    ) => O | Promise<O>,
  ): Add<I, C, S, D, E, K, Jsonify<O>[], Mode<U, X>, A[]>
  map(opts: object, handler: FlowHandler): never {
    const { slug, array = null, concurrency = MAP_CONCURRENCY, blockSize = null } = opts as MapSpec
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw this.#refuse(slug, `concurrency ${concurrency} is not a whole number above 0`)
    if (blockSize !== null && !(Number.isInteger(blockSize) && blockSize > 0))
      throw this.#refuse(slug, `blockSize ${blockSize} is not a whole number above 0`)
    return this.#add(opts, { type: 'map', array, concurrency, blockSize }, handler)
  }

  /** Waits for a signal, or an event about one thing; null if it did not come in time. */
  waitFor<K extends string, T, P extends keyof S & string = never>(
    opts: { slug: NewSlug<S, K> & K; source: WaitSource<T>; timeout?: Seconds } & On<P>,
  ): Add<I, C, S, D, E, K, T | null, false, P[]> {
    const { source, timeout, ...rest } = opts
    if (!isSignal(source) && !isKeyedEvent(source))
      throw this.#refuse(opts.slug, 'its source is no signal, and no event with a key')
    const timeoutMs = this.#read(opts.slug, () => secondsOf(timeout))
    return this.#add(rest, { type: 'wait_for', source, timeoutMs }, null)
  }

  /** Waits for a while. Its output is null. */
  delay<K extends string, P extends keyof S & string = never>(
    opts: { slug: NewSlug<S, K> & K; duration: Seconds } & On<P>,
  ): Add<I, C, S, D, E, K, null, false, P[]> {
    const { duration, ...rest } = opts
    const ms = this.#read(opts.slug, () => secondsOf(duration))
    if (ms === null) throw this.#refuse(opts.slug, 'it has no duration')
    return this.#add(rest, { type: 'delay', ms }, null)
  }

  /** Asks people, and waits for the first answer. */
  approval<
    K extends string,
    Sc extends Schema = Schema<undefined>,
    P extends keyof S & string = never,
  >(
    opts: { slug: NewSlug<S, K> & K; timeout?: Seconds } & Omit<ApprovalOptions<Sc>, 'timeout'> &
      On<P>,
  ): Add<I, C, S, D, E, K, ApprovalAnswer<SchemaOut<Sc>>, false, P[]> {
    const { slug, dependsOn, timeout, ...question } = opts
    const spec = dependsOn === undefined ? { slug } : { slug, dependsOn }
    const approval = this.#read(slug, () => {
      const ms = secondsOf(timeout)
      const given = { ...question, ...(ms === null ? {} : { timeout: ms }) } as ApprovalOptions
      checkApproval(slug, given)
      return given
    })
    return this.#add(spec, { type: 'approval', approval }, null)
  }

  /** Runs another workflow of any kind, and waits for its output. @param input makes what it is started with */
  invoke<K extends string, WI, WO, P extends keyof S & string = never>(
    opts: { slug: NewSlug<S, K> & K; workflow: Startable<WI, WO> } & On<P>,
    input: (input: In<I, S, P>) => NoInfer<WI>,
  ): Add<I, C, S, D, E, K, WO, false, P[]> {
    const { workflow, ...rest } = opts
    return this.#add(rest, { type: 'invoke', workflow: this.#startable(opts) }, input)
  }

  /**
   * Runs another workflow once, and again as long as `while` says of its last output; gives the outputs. The step fails
   * if it would go on after `maxIterations` rounds.
   */
  loop<K extends string, WI, WO, P extends keyof S & string = never>(
    opts: {
      slug: NewSlug<S, K> & K
      workflow: Startable<WI, WO>
      maxIterations: number
      while: (last: WO) => boolean
    } & On<P>,
    input: (input: In<I, S, P>, last: WO | undefined) => NoInfer<WI>,
  ): Add<I, C, S, D, E, K, WO[], false, P[]> {
    const { workflow: _, maxIterations, while: goesOn, ...rest } = opts
    if (!Number.isInteger(maxIterations) || maxIterations < 1)
      throw this.#refuse(opts.slug, `maxIterations ${maxIterations} is not a whole number above 0`)
    if (typeof goesOn !== 'function')
      throw this.#refuse(opts.slug, `while is ${typeof goesOn}, not a function`)
    const workflow = this.#startable(opts)
    const work = { type: 'loop' as const, workflow, maxIterations, goesOn: goesOn as () => boolean }
    return this.#add(rest, work, input)
  }

  /** Runs the branches beside each other: the first that succeeds wins, and the others are aborted. */
  race<
    K extends string,
    B extends Record<string, (input: In<I, S, P>, ctx: FlowContext<E, I> & C) => unknown>,
    P extends keyof S & string = never,
  >(
    opts: { slug: NewSlug<S, K> & K } & On<P>,
    branches: B,
  ): Add<I, C, S, D, E, K, Won<B>, false, P[]> {
    const handlers = Object.entries(branches ?? {})
    if (handlers.length === 0) throw this.#refuse(opts.slug, 'it has no branches')
    for (const [name, handler] of handlers) {
      if (typeof handler !== 'function')
        throw this.#refuse(opts.slug, `branch "${name}" is ${typeof handler}, not a function`)
    }
    return this.#add(opts, { type: 'race', branches: { ...branches } }, null)
  }

  /** A step, as it was added. @throws DefinitionError if there is none of that slug */
  getStepDefinition(slug: keyof S & string): {
    slug: string
    dependencies: string[]
    stepType: 'single' | 'map'
    handler: FlowHandler | null
    options: object
  } {
    const step = this.#steps.get(slug)
    if (step === undefined) {
      throw new DefinitionError(`Step "${slug}" does not exist in flow "${this.slug}".`, {
        workflowId: this.slug,
        details: { step: slug },
      })
    }
    const stepType = step.work.type === 'map' ? 'map' : 'single'
    const { id, dependsOn, handler, options } = step
    return { slug: id, dependencies: [...dependsOn], stepType, handler, options }
  }

  /** The workflows whose runs do those of its steps that go to other workers. */
  get parts(): readonly Definition[] {
    const options = { ...workflowOptionsOf(this.options), version: this.version }
    this.#parts ??= this.#steps.all.filter(isPart).map((step) => makePart(this.slug, step, options))
    return this.#parts
  }

  get #definition(): WorkflowDefinition {
    if (this.#compiled) return this.#compiled
    if (this.#steps.length === 0) {
      throw new DefinitionError(`Flow "${this.slug}" has no steps. Add one with .step().`, {
        workflowId: this.slug,
      })
    }
    const { maxAttempts = MAX_ATTEMPTS } = this.options
    const program = { slug: this.slug, dag: new Dag(this.#steps.all), maxAttempts }
    const handler = ({ input, step }: WorkflowContext) => runFlow(program, input, step)
    const options = { ...workflowOptionsOf(this.options), maxSteps: MAX_ROWS }
    this.#compiled = defineWorkflow(this.slug, handler, { ...options, version: this.version }, [])
    return this.#compiled
  }

  #add(spec: object, work: FlowWork, handler: FlowHandler | null): never {
    const { timeout } = this.options
    const given = { ...(timeout === undefined ? {} : { timeout }), ...spec } as StepSpec
    const step = readStep(this.slug, this.#steps, given, work, handler)
    return new Flow(this.options, this.#steps.with(step)) as never
  }

  #startable({ slug, workflow }: { slug: string; workflow: Startable }): Startable {
    if (typeof workflow?.id === 'string') return workflow
    throw this.#refuse(
      slug,
      'it has no workflow: give a definition, or what createWorkflowRef makes',
    )
  }

  #read<T>(slug: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#refuse(slug, (error as Error).message)
    }
  }

  #refuse(slug: string, problem: string): DefinitionError {
    return new DefinitionError(
      `Step "${slug}" of flow "${this.slug}" is not valid: ${problem.replace(/\.$/, '')}.`,
      {
        workflowId: this.slug,
        details: { step: slug },
        issues: [{ message: problem, path: [slug] }],
      },
    )
  }
}

type MapSpec = { slug: string; array?: string; concurrency?: number; blockSize?: number }

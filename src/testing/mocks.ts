import type { Definition } from '../definition/definition.ts'
import { defineWorkflow, type WorkflowDefinition } from '../workflow/define-workflow.ts'
import type { WorkflowPlugin } from '../workflow/plugin.ts'
import type { StepBaseContext, StepDefinition } from '../workflow/step-types.ts'

/** Stands in for a step or a workflow. */
// biome-ignore lint/suspicious/noExplicitAny: what it gets depends on the step that it stands in for
export type MockFn = (...args: any[]) => unknown

/** The methods of `step` that call something, with how a stand-in takes its place. */
type Method = (step: StepBaseContext, fn: MockFn, id: string, rest: unknown[]) => Promise<unknown>
type Step = (id: string, ...rest: unknown[]) => Promise<unknown>

/** What the tests of one engine replace. */
export class Mocks {
  readonly #steps = new Map<string, MockFn>()
  readonly #workflows = new Map<string, MockFn>()
  readonly #used = new Set<MockFn>()
  /** One for each definition: registering the same one twice is no mistake. */
  readonly #wrapped = new WeakMap<Definition, Definition>()

  step(workflowId: string, stepId: string, fn: MockFn): void {
    this.#steps.set(`${workflowId}\n${stepId}`, fn)
  }

  workflow(workflowId: string, fn: MockFn): void {
    this.#workflows.set(workflowId, fn)
  }

  /** Those that nothing has asked for: `step "charge" of workflow "order"`. */
  unused(): string[] {
    const steps = [...this.#steps].map(([key, fn]) => {
      const [workflow, step] = key.split('\n')
      return { name: `step "${step}" of workflow "${workflow}"`, fn }
    })
    const workflows = [...this.#workflows].map(([id, fn]) => ({ name: `workflow "${id}"`, fn }))
    return [...steps, ...workflows].filter(({ fn }) => !this.#used.has(fn)).map(({ name }) => name)
  }

  #use(fn: MockFn): MockFn {
    this.#used.add(fn)
    return fn
  }

  /** The same definition, looking here first. Its options, version and plugins are as they were. */
  wrap(definition: Definition): Definition {
    const known = this.#wrapped.get(definition)
    if (known) return known
    const wrapped = this.#wrap(definition)
    this.#wrapped.set(definition, wrapped)
    return wrapped
  }

  #wrap(definition: Definition): Definition {
    if (definition.kind !== 'function') return definition
    const { id, handler, options, plugins } = definition as WorkflowDefinition
    const looking = (ctx: { input: unknown }) => {
      const fn = this.#workflows.get(id)
      return fn ? this.#use(fn)(ctx.input) : handler(ctx as never)
    }
    return defineWorkflow(id, looking, options, [this.#plugin(id), ...plugins])
  }

  /** As the first of its plugins, so that the methods that others add are built on the stand-ins. */
  #plugin(workflowId: string): WorkflowPlugin<StepBaseContext> {
    const methods = (step: StepBaseContext) => {
      const replaced = Object.entries(ways).map(([name, way]) => {
        const original = step[name as keyof StepBaseContext] as unknown as Step
        const look: Step = (id, ...rest) => {
          const fn = this.#steps.get(`${workflowId}\n${id}`)
          return fn ? way(step, this.#use(fn), id, rest) : original(id, ...rest)
        }
        return [name, look]
      })
      return Object.fromEntries(replaced) as object
    }
    return { name: 'mocks', methods }
  }
}

/** A wait or a child becomes a step that gives at once what the stand-in gives. */
const instead =
  (argument: number): Method =>
  (step, fn, id, rest) =>
    step.run(id, () => fn(rest[argument]), { retry: false })

const ways: { [name in keyof StepBaseContext]?: Method } = {
  run: (step, fn, id, [what, ...rest]) =>
    typeof what === 'function'
      ? step.run(id, fn, rest[0] as never)
      : step.run(
          id,
          { ...(what as StepDefinition), handler: fn },
          rest[0] as never,
          rest[1] as never,
        ),
  transaction: (step, fn, id, [, options]) => step.transaction(id, fn, options as never),
  map: (step, fn, id, [items, , options]) => step.map(id, items as unknown[], fn, options as never),
  poll: (step, fn, id, [, options]) => step.poll(id, fn, options as never),
  waitFor: instead(0),
  waitUntil: instead(0),
  delay: instead(0),
  sleep: instead(0),
  pause: instead(0),
  invoke: instead(1),
  startWorkflow: instead(1),
  emitEvent: instead(1),
}

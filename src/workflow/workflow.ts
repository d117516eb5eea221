import type { Jsonify } from '../model/json.ts'
import type { Schema } from '../model/schema.ts'
import type { BatchOptions } from '../model/start-rules.ts'
import { defineWorkflow, type WorkflowDefinition } from './define-workflow.ts'
import type { WorkflowPlugin } from './plugin.ts'
import type { StepBaseContext } from './step-types.ts'
import type { WorkflowContext } from './workflow-context.ts'
import type { AllWorkflowOptions, WorkflowOptions } from './workflow-options.ts'
import { createWorkflowRef } from './workflow-ref.ts'

/** Makes durable functions whose `step` has the methods of `Ext` beside its own. */
export interface WorkflowFactory<Ext = unknown> {
  /**
   * Makes a workflow of a handler. A run completes when its handler returns; the handler runs again
   * from its start after every wait, and recorded steps give what they gave.
   * @throws DefinitionError for a bad name or option
   * @example const order = workflow('order', async ({ step, input }) => {
   *   await step.run('charge', () => bank.charge(input.amount))
   * }, { inputSchema: z.object({ amount: z.number() }) })
   */
  <S extends Schema = Schema<unknown>, O = unknown, B extends BatchOptions | undefined = undefined>(
    id: string,
    handler: (ctx: WorkflowContext<S, StepBaseContext & Ext, B>) => O | Promise<O>,
    /**
     * `batch: { size: 100, timeout: '5 seconds' }`: a run takes the inputs of up to so many starts, or of those that
     * came in that time after the first, and the handler gets them as an array. All these starts give that run.
     */
    options?: WorkflowOptions<S> & { batch?: B },
  ): WorkflowDefinition<S, Jsonify<O>>
  /** A factory with one more plugin, which sees the methods of those before it. */
  use<New>(plugin: WorkflowPlugin<StepBaseContext & Ext, New>): WorkflowFactory<Ext & New>
  ref: typeof createWorkflowRef
}

/** Makes durable functions. */
export const workflow: WorkflowFactory = makeFactory([]) as WorkflowFactory

function makeFactory(plugins: readonly WorkflowPlugin[]): unknown {
  const factory = (
    id: string,
    handler: (ctx: never) => unknown,
    options: AllWorkflowOptions = {},
  ) => defineWorkflow(id, handler, options, plugins)
  return Object.assign(factory, {
    use: (plugin: WorkflowPlugin) => makeFactory([...plugins, plugin]),
    ref: createWorkflowRef,
  })
}

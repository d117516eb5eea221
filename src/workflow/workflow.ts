import type { Jsonify } from '../model/json.ts'
import type { Schema } from '../model/schema.ts'
import { defineWorkflow, type WorkflowDefinition } from './define-workflow.ts'
import type { WorkflowPlugin } from './plugin.ts'
import type { StepBaseContext } from './step-types.ts'
import type { WorkflowContext } from './workflow-context.ts'
import type { WorkflowOptions } from './workflow-options.ts'
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
  <S extends Schema = Schema<unknown>, O = unknown>(
    id: string,
    handler: (ctx: WorkflowContext<S, StepBaseContext & Ext>) => O | Promise<O>,
    options?: WorkflowOptions<S>,
  ): WorkflowDefinition<S, Jsonify<O>>
  /** A factory with one more plugin, which sees the methods of those before it. */
  use<New>(plugin: WorkflowPlugin<StepBaseContext & Ext, New>): WorkflowFactory<Ext & New>
  ref: typeof createWorkflowRef
}

/** Makes durable functions. */
export const workflow: WorkflowFactory = makeFactory([]) as WorkflowFactory

function makeFactory(plugins: readonly WorkflowPlugin[]): unknown {
  const factory = (id: string, handler: (ctx: never) => unknown, options: WorkflowOptions = {}) =>
    defineWorkflow(id, handler, options, plugins)
  return Object.assign(factory, {
    use: (plugin: WorkflowPlugin) => makeFactory([...plugins, plugin]),
    ref: createWorkflowRef,
  })
}

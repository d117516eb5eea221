import type { Definition, InputOf, OutputOf } from '../definition/definition.ts'
import type { Startable } from '../definition/startable.ts'
import type { Jsonify } from '../model/json.ts'
import { checkName } from '../model/names.ts'
import type { Schema, SchemaIn, SchemaOut } from '../model/schema.ts'
import { defineWorkflow, type WorkflowDefinition } from './define-workflow.ts'
import type { WorkflowContext } from './workflow-context.ts'
import type { WorkflowOptions } from './workflow-options.ts'

/** A workflow's name with its types, and no handler: safe in a process that only starts runs. */
export interface WorkflowRef<S extends Schema = Schema, O = unknown>
  extends Startable<SchemaIn<S>, O> {
  /** Call it with a handler to get the definition. */
  <R extends O>(
    handler: (ctx: WorkflowContext<S>) => R | Promise<R>,
    options?: Omit<WorkflowOptions<S>, 'inputSchema'>,
  ): WorkflowDefinition<S, Jsonify<R>>
  readonly inputSchema?: S | undefined
}

/**
 * Makes a reference to a workflow that is defined elsewhere: by the type of its definition, or by
 * schemas, which are then also checked at each start.
 * @example const order = createWorkflowRef<typeof import('./order.ts').order>('order')
 */
export function createWorkflowRef<
  S extends Schema = Schema<unknown>,
  Out extends Schema = Schema<unknown>,
>(id: string, options?: { inputSchema?: S; outputSchema?: Out }): WorkflowRef<S, SchemaOut<Out>>
export function createWorkflowRef<D extends Definition>(
  id: D['id'],
): Startable<InputOf<D>, OutputOf<D>>
export function createWorkflowRef(
  id: string,
  schemas: { inputSchema?: Schema; outputSchema?: Schema } = {},
): unknown {
  checkName('workflow id', id)
  const define = (handler: (ctx: never) => unknown, options: WorkflowOptions = {}) =>
    defineWorkflow(id, handler, { ...schemas, ...options }, [])
  return Object.assign(define, { id, inputSchema: schemas.inputSchema })
}

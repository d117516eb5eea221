import { compileDefinition } from '../definition/compile-definition.ts'
import type { Json } from '../model/json.ts'
import type { AnyFlow } from './extract.ts'

/**
 * SQL that makes a flow known to a database, so that runs of it can be started before a worker has its code.
 * @throws DefinitionError for a flow without steps
 * @example console.log(compileFlow(site).join('\n'))
 */
export function compileFlow(flow: AnyFlow): string[] {
  return compileDefinition(flow)
}

/** What makes a flow the flow that it is, as JSON. */
export function extractFlowShape(flow: AnyFlow): Json {
  return flow.shape as unknown as Json
}

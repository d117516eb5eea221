import type { Json } from '../model/json.ts'
import type { AnyFlow } from './extract.ts'

/** What makes a flow the flow that it is, as JSON. */
export function extractFlowShape(flow: AnyFlow): Json {
  return flow.shape as unknown as Json
}

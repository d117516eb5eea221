import type { Json } from '../model/json.ts'
import {
  type Doubt,
  doubtfulReads,
  type GraphPlan,
  planGraph,
  readSource,
} from './document/index.ts'

/** Where it is in the text; nowhere in an object. */
type Placed = { readonly pointer: string; readonly line?: number; readonly column?: number }

/** What a node calls by name. */
export type NamedCall = Placed & { readonly type: 'step' | 'sql'; readonly name: string }

/** What only code and operators can say of a document that is right, and what is likely to be a mistake. */
export type Inspection = { readonly calls: NamedCall[]; readonly doubts: (Doubt & Placed)[] }

/** Looks at a document that has no errors. @param source text, whose places are told, or an object */
export function inspectDocument(source: string | Json): Inspection {
  const plan = planGraph(source)
  const { locate } = readSource(source)
  const placed = <T extends { pointer: string }>(one: T) => ({ ...one, ...locate(one.pointer) })
  return { calls: callsOf(plan).map(placed), doubts: doubtfulReads(plan).map(placed) }
}

function callsOf({ byId }: GraphPlan): NamedCall[] {
  return [...byId.values()].flatMap(({ node, pointer }): NamedCall[] => {
    if (node.type === 'step')
      return [{ type: 'step', name: node.config.step, pointer: `${pointer}/config/step` }]
    if (node.type !== 'sql') return []
    return [{ type: 'sql', name: node.config.statement, pointer: `${pointer}/config/statement` }]
  })
}

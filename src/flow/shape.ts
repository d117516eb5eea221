import { compareShapes } from '../definition/compare-shapes.ts'
import type { DefinitionDocument } from '../definition/definition.ts'
import { isKeyedEvent } from '../definition/event.ts'
import type { Json } from '../model/json.ts'
import { jsonbHash } from '../model/jsonb-text.ts'
import type { FlowStep, FlowWork } from './flow-step.ts'

/** What makes a flow the flow that it is: its steps, what they wait for, and when they are run. Options are not in it. */
export type FlowShape = { kind: 'flow'; slug: string; steps: StepShape[] }

/** Of one step. */
export type StepShape = {
  slug: string
  type: FlowWork['type']
  deps: string[]
  if?: Json
  if_not?: Json
  when_unmet: string
  when_exhausted: string
  queue?: string
  source?: Json
  workflow?: string
  branches?: string[]
}

/** The shape of a flow's steps. */
export function shapeOf(slug: string, steps: readonly FlowStep[]): FlowShape {
  return { kind: 'flow', slug, steps: steps.map(stepShape) }
}

/** The shape of one step. */
export function stepShape(step: FlowStep): StepShape {
  const { id, dependsOn, work, condition, whenUnmet, whenExhausted, queue } = step
  return {
    ...{ slug: id, type: work.type, deps: [...dependsOn] },
    ...(condition?.if === undefined ? {} : { if: condition.if }),
    ...(condition?.ifNot === undefined ? {} : { if_not: condition.ifNot }),
    ...{ when_unmet: whenUnmet, when_exhausted: whenExhausted },
    ...(queue === null ? {} : { queue }),
    ...workShape(work),
  }
}

function workShape(work: FlowWork): Partial<StepShape> {
  switch (work.type) {
    case 'wait_for': {
      const { name } = work.source
      return {
        source: isKeyedEvent(work.source)
          ? { event: name, key: work.source.key }
          : { signal: name },
      }
    }
    case 'invoke':
    case 'loop':
      return { workflow: work.workflow.id }
    case 'race':
      return { branches: Object.keys(work.branches) }
    default:
      return {}
  }
}

/** A shape as it is stored with its version. */
export function documentOf(shape: FlowShape): DefinitionDocument {
  return { text: JSON.stringify(shape), hash: jsonbHash(shape as unknown as Json) }
}

/** The version of a flow that its author gave none: another shape is another version. */
export function versionOf({ hash }: DefinitionDocument): string {
  return `s-${hash.slice(0, 12)}`
}

/**
 * Where two shapes differ, in words; the order of the steps is no difference.
 * @example compareFlowShapes(extractFlowShape(a), extractFlowShape(b)).differences // ['step "mail" added (single)']
 */
export function compareFlowShapes(a: Json, b: Json): { match: boolean; differences: string[] } {
  const differences = compareShapes(a, b)
  return { match: differences.length === 0, differences }
}

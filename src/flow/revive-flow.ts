import type { Json } from '../model/json.ts'
import type { FlowStep } from './flow-step.ts'
import { type FlowShape, type StepShape, stepShape } from './shape.ts'

/** What of a step its code decides; the rest is taken from the shape. */
const OF_CODE = ['type', 'queue', 'source', 'workflow', 'branches'] as const

/**
 * The steps of a flow as they were in an older shape, with the handlers and options that they have now; null if one of
 * them is gone, or is something else now.
 */
export function reviveSteps(text: string, now: readonly FlowStep[]): FlowStep[] | null {
  const { steps } = JSON.parse(text) as FlowShape
  const bySlug = new Map(now.map((step) => [step.id, step]))
  const revived = steps.map((shape) => reviveStep(shape, bySlug.get(shape.slug)))
  return revived.every((step) => step !== null) ? revived : null
}

function reviveStep(shape: StepShape, now: FlowStep | undefined): FlowStep | null {
  if (now === undefined) return null
  const today = stepShape(now)
  if (OF_CODE.some((field) => !isSame(shape[field], today[field]))) return null
  const { deps, if: wanted, if_not: unwanted } = shape
  const condition = {
    ...(wanted === undefined ? {} : { if: wanted }),
    ...(unwanted === undefined ? {} : { ifNot: unwanted }),
  }
  return Object.freeze({
    ...now,
    dependsOn: deps,
    work: now.work.type === 'map' ? { ...now.work, array: deps[0] ?? null } : now.work,
    condition: Object.keys(condition).length === 0 ? null : condition,
    whenUnmet: shape.when_unmet as FlowStep['whenUnmet'],
    whenExhausted: shape.when_exhausted as FlowStep['whenExhausted'],
  })
}

/** Both come from JSON, or from what makes it; keys are in the order in which shapes have them. */
function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: Json | undefined): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

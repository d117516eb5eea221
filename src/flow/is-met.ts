import { contains } from '../dag/containment.ts'
import type { Json } from '../model/json.ts'
import type { FlowStep } from './flow-step.ts'

/** Whether the condition of a step holds for its input: `if` is contained, and `ifNot` is not. */
export function isMet(condition: NonNullable<FlowStep['condition']>, input: unknown): boolean {
  const { if: wanted, ifNot: unwanted } = condition
  const given = input as Json | undefined
  if (wanted !== undefined && !contains(given, wanted)) return false
  return unwanted === undefined || !contains(given, unwanted)
}

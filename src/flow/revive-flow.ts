import { DefinitionError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { jsonbText } from '../model/jsonb-text.ts'
import type { FlowStep } from './flow-step.ts'
import { type FlowShape, type StepShape, stepShape } from './shape.ts'

/** What of a step its code decides; the rest is taken from the shape. */
const OF_CODE = ['type', 'queue', 'source', 'workflow', 'branches'] as const

/** So many steps a message names. */
const SHOWN = 5

/**
 * The steps of a flow as they were in an older shape, with the handlers and options that they have now.
 * @throws DefinitionError that names the steps that are gone, or are something else now
 */
export function reviveSteps(text: string, now: readonly FlowStep[]): FlowStep[] {
  const { slug, steps } = JSON.parse(text) as FlowShape
  const bySlug = new Map(now.map((step) => [step.id, step]))
  const problems: string[] = []
  const revived = steps.flatMap((shape) => {
    const step = bySlug.get(shape.slug)
    const problem = step === undefined ? 'is gone' : changeOf(shape, step)
    if (problem !== null) problems.push(`step "${shape.slug}" ${problem}`)
    return step === undefined ? [] : [reviveStep(shape, step)]
  })
  if (problems.length === 0) return revived
  const more = problems.length > SHOWN ? ` and ${problems.length - SHOWN} more` : ''
  const what = problems.slice(0, SHOWN).join(', ') + more
  throw new DefinitionError(
    `In the code of flow "${slug}" ${what}. Bring back what it was until these runs have ended, or move them to another version.`,
    { workflowId: slug },
  )
}

/** What makes a step another one than it was, as the rest of a sentence; null if nothing does. */
function changeOf(shape: StepShape, now: FlowStep): string | null {
  const today = stepShape(now)
  const field = OF_CODE.find((name) => !isSame(shape[name], today[name]))
  if (field === undefined) return null
  const [was, is] = [shape[field], today[field]].map((value) => JSON.stringify(value) ?? 'none')
  return `has changed (${field}: ${was}, now ${is})`
}

function reviveStep(shape: StepShape, now: FlowStep): FlowStep {
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

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : jsonbText(a) === jsonbText(b)
}

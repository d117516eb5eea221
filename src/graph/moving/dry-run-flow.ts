import { contains } from '../../dag/containment.ts'
import type { Json } from '../../model/json.ts'
import { countOf, describeValue } from '../../model/text.ts'
import type { DryRunStep } from './dry-run.ts'

/** A step of a flow's stored shape, as far as a dry run tells of it. */
type Step = {
  readonly slug: string
  readonly type: string
  readonly deps: readonly string[]
  readonly if?: Json
  readonly if_not?: Json
  readonly when_unmet: string
  readonly source?: { readonly signal?: string; readonly event?: string; readonly key?: string }
  readonly workflow?: string
  readonly branches?: readonly string[]
}

/**
 * The steps of a flow's shape in an order in which they could run, and what each would wait for.
 * @param input what a start would give: the conditions of steps that get it are then decided
 */
export function dryRunShape(
  { steps }: { readonly steps: readonly Step[] },
  input?: Json,
): DryRunStep[] {
  const layers = new Map<string, number>()
  const cascades = new Set<string>()
  const all = steps.map((step): DryRunStep => {
    const { slug, deps } = step
    // a step comes after those that it depends on
    const layer = Math.max(-1, ...deps.map((id) => layers.get(id) ?? 0)) + 1
    layers.set(slug, layer)
    const isUnmet = deps.length === 0 && input !== undefined && !isMet(step, input)
    const isLeftOut = deps.some((id) => cascades.has(id))
    if (isLeftOut || (isUnmet && step.when_unmet === 'skip-cascade')) cascades.add(slug)
    return stepOf(step, layer, { isUnmet, isLeftOut })
  })
  return all.sort((a, b) => a.layer - b.layer)
}

function stepOf(
  step: Step,
  layer: number,
  { isUnmet, isLeftOut }: { isUnmet: boolean; isLeftOut: boolean },
): DryRunStep {
  const { slug, type, deps, when_unmet: whenUnmet } = step
  const [waits, conditions] = [waitsFor(step), conditionsOf(step)]
  const fails = isUnmet && whenUnmet === 'fail'
  return {
    ...{ id: slug, type, dependsOn: deps, layer },
    ...(conditions.length > 0 && { onlyIf: conditions }),
    ...(waits !== null && { waitsFor: waits }),
    ...(isLeftOut || (isUnmet && !fails) ? { isSkipped: true } : {}),
    ...(fails && { problem: "its condition is not met, and whenUnmet is 'fail'" }),
  }
}

function conditionsOf({ if: wanted, if_not: unwanted }: Step): string[] {
  const has = (pattern: Json) => `its input contains ${describeValue(pattern)}`
  return [
    ...(wanted === undefined ? [] : [has(wanted)]),
    ...(unwanted === undefined ? [] : [`not ${has(unwanted)}`]),
  ]
}

function isMet({ if: wanted, if_not: unwanted }: Step, input: Json): boolean {
  if (wanted !== undefined && !contains(input, wanted)) return false
  return unwanted === undefined || !contains(input, unwanted)
}

/** In words; null: for nothing but its own work. How long it is, is no part of a shape. */
function waitsFor({ type, source = {}, workflow, branches = [] }: Step): string | null {
  switch (type) {
    case 'wait_for': {
      const { signal, event, key } = source
      if (signal !== undefined) return `the signal ${describeValue(signal)}`
      return `the event ${describeValue(event)}${key === undefined ? '' : ` with the key ${key}`}`
    }
    case 'delay':
      return 'its time'
    case 'approval':
      return 'an answer'
    case 'invoke':
      return `a run of ${describeValue(workflow)}`
    case 'loop':
      return `runs of ${describeValue(workflow)}, one after the other`
    case 'race':
      return `the first of its ${countOf(branches.length, 'branch', 'branches')}`
    default:
      return null
  }
}

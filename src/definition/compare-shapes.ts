import type { Json } from '../model/json.ts'
import { describeValue, listWords } from '../model/text.ts'

type Step = { readonly [field: string]: Json } & {
  readonly slug: string
  readonly type: string
  readonly deps: string[]
}

/**
 * What is different in another shape of a flow, in words; the order of its steps is no change.
 * @param before what the document of a flow's definition holds
 * @example compareShapes(JSON.parse(stored.text), JSON.parse(flow.document.text)) // ['step "pay" now depends on "check"']
 */
export function compareShapes(before: Json, after: Json): string[] {
  const [old, young] = [stepsOf(before), stepsOf(after)]
  const removed = [...old.values()].filter(({ slug }) => !young.has(slug))
  return [
    ...removed.map(({ slug, type }) => `step ${describeValue(slug)} removed (${type})`),
    ...[...young.values()].flatMap((step) => {
      const known = old.get(step.slug)
      return known ? compareSteps(known, step) : [added(step)]
    }),
  ]
}

function stepsOf(shape: Json): Map<string, Step> {
  const { steps = [] } = shape as { steps?: Step[] }
  return new Map(steps.map((step) => [step.slug, step]))
}

function added({ slug, type, deps }: Step): string {
  const after = deps.length === 0 ? '' : `, after ${listWords(deps, 'and')}`
  return `step ${describeValue(slug)} added (${type}${after})`
}

function compareSteps(old: Step, young: Step): string[] {
  const step = `step ${describeValue(young.slug)}`
  const lost = old.deps.filter((slug) => !young.deps.includes(slug))
  const won = young.deps.filter((slug) => !old.deps.includes(slug))
  const fields = new Set([...Object.keys(old), ...Object.keys(young)])
  for (const field of ['slug', 'deps']) fields.delete(field)
  return [
    ...(lost.length > 0 ? [`${step} no longer depends on ${listWords(lost, 'and')}`] : []),
    ...(won.length > 0 ? [`${step} now depends on ${listWords(won, 'and')}`] : []),
    ...[...fields].flatMap((field) => compareField(`${step}: ${field}`, old[field], young[field])),
  ]
}

function compareField(name: string, old: Json | undefined, young: Json | undefined): string[] {
  if (JSON.stringify(old) === JSON.stringify(young)) return []
  if (old === undefined) return [`${name}: ${describeValue(young)}, was not there`]
  if (young === undefined) return [`${name}: ${describeValue(old)}, now not there`]
  return [`${name}: ${describeValue(old)}, now ${describeValue(young)}`]
}

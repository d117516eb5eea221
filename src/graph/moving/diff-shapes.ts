import type { Json } from '../../model/json.ts'
import { describeValue } from '../../model/text.ts'
import { listWords } from '../document/issue-list.ts'
import { diffDependencies, diffObjects, type JsonObject } from './diff-values.ts'

type Shape = { readonly slug: string; readonly steps: readonly Step[] }
type Step = JsonObject & { readonly slug: string; readonly type: string; readonly deps: string[] }

/**
 * What is different in another shape of a flow, in words; the order of its steps is no change.
 * @param before what the document of a flow's definition holds
 * @example diffShapes(JSON.parse(stored.text), JSON.parse(flow.document.text)) // ['step "pay" now depends on "check"']
 */
export function diffShapes(before: Json, after: Json): string[] {
  const [old, young] = [before as unknown as Shape, after as unknown as Shape]
  const [olds, youngs] = [bySlug(old), bySlug(young)]
  const lines: string[] = []
  for (const [slug, { type }] of olds)
    if (!youngs.has(slug)) lines.push(`step ${describeValue(slug)} removed (${type})`)
  for (const [slug, step] of youngs) {
    const known = olds.get(slug)
    if (known) lines.push(...diffSteps(known, step))
    else lines.push(added(step))
  }
  return lines
}

function bySlug({ steps }: Shape): Map<string, Step> {
  return new Map(steps.map((step) => [step.slug, step]))
}

function added({ slug, type, deps }: Step): string {
  const after = deps.length === 0 ? '' : `, after ${listWords(deps, 'and')}`
  return `step ${describeValue(slug)} added (${type}${after})`
}

function diffSteps(old: Step, young: Step): string[] {
  const step = `step ${describeValue(young.slug)}`
  return [
    ...diffDependencies(step, old.deps, young.deps),
    ...diffObjects(old, young, '', ['slug', 'deps']).map((line) => `${step}: ${line}`),
  ]
}

import type { Json } from '../../model/json.ts'
import {
  chooseBranch,
  type GraphPlan,
  type PlannedBlock,
  type PlannedNode,
} from '../document/index.ts'
import { ExpressionError, evaluateTemplate, referencesOf } from '../expression/index.ts'
import { waitsFor } from './waits-for.ts'

/** One node, as it would run. */
export type DryRunStep = {
  readonly id: string
  readonly type: string
  readonly dependsOn: readonly string[]
  /** From 0: nodes of one layer could run side by side; each comes after those that it depends on. */
  readonly layer: number
  /** The block that it is in: `'each'`, `'both.b0'`; absent in the document itself. */
  readonly within?: string
  /** The choices that let it run: `'check: true'`. */
  readonly onlyIf?: readonly string[]
  /** Of those that choose: by branch, what runs only then. */
  readonly branches?: Readonly<Record<string, readonly string[]>>
  /** What it would wait for, in words: time, people, events, other runs. */
  readonly waitsFor?: string
  /** The branch that it takes with the given input, if that decides it. */
  readonly takes?: string
  /** With the given input it does not run. */
  readonly isSkipped?: true
  /** With the given input its expression fails. */
  readonly problem?: string
}

/**
 * The nodes of a graph in an order in which they could run, and what each would wait for. Nothing is run, and nobody
 * is asked.
 * @param input what a start would give: choices that read nothing else are then made
 * @example dryRunPlan(planGraph(document), { amount: 7 })
 */
export function dryRunPlan(plan: GraphPlan, input?: Json): DryRunStep[] {
  const run = new DryRun(input)
  run.block(plan.root, 0, undefined, false)
  return run.steps.sort((a, b) => a.layer - b.layer)
}

class DryRun {
  readonly steps: DryRunStep[] = []
  readonly #scope: { trigger: unknown } | null

  constructor(input: Json | undefined) {
    this.#scope = input === undefined ? null : { trigger: { source: 'manual', data: input } }
  }

  /** @returns the layer after its last */
  block(block: PlannedBlock, from: number, within: string | undefined, isOff: boolean): number {
    const ends = new Map<string, number>()
    const skipped = new Set<string>()
    let end = from
    for (const node of block.nodes) {
      const layer = Math.max(from, ...node.dependencies.map((id) => ends.get(id) ?? from))
      const isLeftOut =
        node.dependencies.length > 0 && node.dependencies.every((id) => skipped.has(id))
      const isSkipped = isOff || isLeftOut || skipped.has(node.id)
      if (isSkipped) skipped.add(node.id)
      const choice = isSkipped ? {} : this.#choose(node, skipped)
      this.steps.push(stepOf(node, layer, within, { ...choice, ...(isSkipped && { isSkipped }) }))
      let last = layer + 1
      for (const inner of node.blocks) {
        const name = inner.name === '' ? node.id : `${node.id}.${inner.name}`
        last = Math.max(last, this.block(inner, layer + 1, name, isSkipped))
      }
      ends.set(node.id, last)
      end = Math.max(end, last)
    }
    return end
  }

  #choose(node: PlannedNode, skipped: Set<string>): Pick<DryRunStep, 'takes' | 'problem'> {
    const template = node.templates.get('/expression')
    if (node.branches.length === 0 || !this.#scope || !template) return {}
    // what others give is not known before they run
    if (referencesOf(template).some(({ path }) => path[0] !== 'trigger')) return {}
    try {
      const choice = chooseBranch(node, evaluateTemplate(template, this.#scope))
      for (const id of choice.skipped) skipped.add(id)
      return { takes: choice.branch }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { problem: error.message }
    }
  }
}

function stepOf(
  node: PlannedNode,
  layer: number,
  within: string | undefined,
  more: Partial<DryRunStep>,
): DryRunStep {
  const { id, type, dependencies } = node
  const waits = waitsFor(node)
  const only = node.within.map(({ chooser, branch }) => `${chooser}: ${branch}`)
  return {
    ...{ id, type, dependsOn: dependencies, layer },
    ...(within !== undefined && { within }),
    ...(only.length > 0 && { onlyIf: only }),
    ...(node.branches.length > 0 && {
      branches: Object.fromEntries(node.branches.map(({ branch, steps }) => [branch, steps])),
    }),
    ...(waits !== null && { waitsFor: waits }),
    ...more,
  }
}

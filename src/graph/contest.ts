import { allFailed } from '../workflow/also-failed.ts'
import type { PlannedNode } from './document/index.ts'
import { type Place, withSteps } from './place.ts'

/** Something that runs beside others, at a place whose steps are given up with it. */
type Contender = readonly [name: string, run: (place: Place) => Promise<unknown>]

/** What steps that are given up have begun elsewhere. */
type Left = { readonly children: string[]; readonly questions: string[] }

/** Whether the first that succeeds decides, or the first that ends. */
type Rule = 'race' | 'settled'

/**
 * Runs several things side by side until one has succeeded; the others are given up, also what they began elsewhere.
 * One that fails is given up at once: what is still at work in it has no effect any more.
 */
export class Contest {
  readonly #node: PlannedNode
  readonly #place: Place

  constructor(node: PlannedNode, place: Place) {
    this.#node = node
    this.#place = place
  }

  /** The first that succeeds. @throws what the last one has thrown, if all fail; it knows the others */
  first(contenders: readonly Contender[]): Promise<{ name: string; value: unknown }> {
    return this.#decide(contenders, 'race')
  }

  /** The first that ends. @throws what it has thrown */
  settled(contenders: readonly Contender[]): Promise<{ name: string; value: unknown }> {
    return this.#decide(contenders, 'settled')
  }

  async #decide(
    contenders: readonly Contender[],
    rule: Rule,
  ): Promise<{ name: string; value: unknown }> {
    const left: Left = { children: [], questions: [] }
    const groups = contenders.map(([name, run]) => {
      const { steps, giveUp } = this.#place.engine.group()
      const end = (why: string) => {
        const { children, questions } = giveUp(new Error(why))
        left.children.push(...children)
        left.questions.push(...questions)
      }
      const begin = () =>
        run(withSteps(this.#place, steps)).catch((error: unknown) => {
          end(`"${name}" has failed.`)
          throw error
        })
      return { name, end, run: begin }
    })
    const end = await endOf(groups, rule === 'race' ? groups.length : 1)
    for (const one of groups) if (one.name !== end.name) one.end(`"${end.name}" was there first.`)
    await this.#callOff(left, end.ok && groups.length > 1, this.#why(end, rule))
    if (!end.ok) throw end.error
    return end
  }

  /**
   * Where something was won it is a step, done once. A failure leaves no row: a run that it fails is retried from it,
   * and would meet that row too early; so it is done at every replay, and nothing waits for it.
   */
  async #callOff(left: Left, isStep: boolean, reason: string): Promise<void> {
    const { engine } = this.#place
    if (isStep && reachesOut(this.#node)) return engine.callOff(this.#node.id, { ...left, reason })
    if (!isStep) engine.callOffAside(this.#node.id, { ...left, reason })
  }

  /** What runs that are called off say of it. */
  #why(end: End, rule: Rule): string {
    const key = this.#place.engine.keyOf(this.#node.id)
    if (rule === 'race')
      return end.ok ? `it lost the race "${key}" to "${end.name}"` : `race "${key}" has failed`
    return end.ok ? `step "${key}" took longer than its timeout` : `step "${key}" has failed`
  }
}

type End =
  | { readonly ok: true; readonly name: string; readonly value: unknown }
  | { readonly ok: false; readonly name: string; readonly error: unknown }

/** The first that succeeds, or the failure that is one too many. */
function endOf(
  groups: readonly { name: string; run: () => Promise<unknown> }[],
  failures: number,
): Promise<End> {
  return new Promise((resolve) => {
    const errors: unknown[] = []
    for (const { name, run } of groups) {
      run().then(
        (value) => resolve({ ok: true, name, value }),
        (error: unknown) => {
          if (errors.push(error) === failures)
            resolve({ ok: false, name, error: allFailed(errors) })
        },
      )
    }
  })
}

/** Whether something in it, or itself, may begin runs or ask people: that is called off, and stays when it is left alone. */
function reachesOut({ type, node, blocks }: PlannedNode): boolean {
  if (type === 'approval' || type === 'sub_workflow' || node.queue !== undefined) return true
  return blocks.some((block) => block.nodes.some(reachesOut))
}

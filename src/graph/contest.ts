import type { PlannedNode } from './document/index.ts'
import { type Place, withSteps } from './place.ts'

/** Something that runs beside others, at a place whose steps are given up with it. */
type Contender = readonly [name: string, run: (place: Place) => Promise<unknown>]

/** Runs several things side by side until one has succeeded; the others are given up, also what they began elsewhere. */
export class Contest {
  readonly #node: PlannedNode
  readonly #place: Place

  constructor(node: PlannedNode, place: Place) {
    this.#node = node
    this.#place = place
  }

  /** The first that succeeds. @throws what the last one has thrown, if all fail */
  first(contenders: readonly Contender[]): Promise<{ name: string; value: unknown }> {
    return this.#decide(contenders, contenders.length)
  }

  /** The first that ends. @throws what it has thrown */
  settled(contenders: readonly Contender[]): Promise<{ name: string; value: unknown }> {
    return this.#decide(contenders, 1)
  }

  /** @param failures how many are one too many */
  async #decide(
    contenders: readonly Contender[],
    failures: number,
  ): Promise<{ name: string; value: unknown }> {
    const groups = contenders.map(([name, run]) => {
      const { steps, giveUp } = this.#place.engine.group()
      return { name, giveUp, run: () => run(withSteps(this.#place, steps)) }
    })
    const end = await endOf(groups, failures)
    const won = end.ok ? `"${end.name}" was there first` : `"${end.name}" has failed`
    const left = groups.flatMap(({ name, giveUp }) =>
      end.name === name ? [] : [giveUp(new Error(`${won}.`))],
    )
    if (reachesOut(this.#node)) {
      const children = left.flatMap((one) => one.children)
      const questions = left.flatMap((one) => one.questions)
      await this.#place.engine.callOff(this.#node.id, { children, questions })
    }
    if (!end.ok) throw end.error
    return end
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
    let left = failures
    for (const { name, run } of groups) {
      run().then(
        (value) => resolve({ ok: true, name, value }),
        (error: unknown) => {
          if (--left === 0) resolve({ ok: false, name, error })
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

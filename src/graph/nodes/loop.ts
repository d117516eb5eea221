import { LimitError } from '../../model/errors.ts'
import { isTrue, type PlannedBlock } from '../document/index.ts'
import { decide, fieldOf, scopeOf } from '../evaluate-node.ts'
import { nodeFailed } from '../node-error.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import { placeInside } from '../place-inside.ts'

/** Runs its block, and again as long as `while` is true; gives what each round has given. */
export const loop: Perform = async (node, place) => {
  const { max_iterations: most } = node.node.config as ConfigOf<'loop'>
  const outputs: unknown[] = []
  let last: unknown = null
  for (let index = 0; ; index++) {
    const round = placeInside(node, place, { index, names: { loop: { index, last } } })
    last = await place.runBlock(node.blocks[0] as PlannedBlock, round)
    outputs.push(last)
    const scope = scopeOf({ ...round, items: { ...round.items, loop: { index, last } } })
    if (!decide(node, () => isTrue(fieldOf(node, 'while', round, scope))))
      return { output: outputs }
    if (outputs.length === most) throw nodeFailed(node.id, tooMany(node.id, most))
  }
}

function tooMany(id: string, most: number): LimitError {
  return new LimitError(
    `Loop "${id}" would go on after ${most} rounds, its max_iterations. Raise it, or have \`while\` be false earlier.`,
    { details: { step: id, maxIterations: most } },
  )
}

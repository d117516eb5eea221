import { LimitError } from '../../model/errors.ts'
import { isTrue, type PlannedBlock } from '../document/index.ts'
import { decide, fieldOf, scopeOf } from '../evaluate-node.ts'
import { nodeFailed } from '../node-error.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import { placeInside, runBlock } from '../run-block.ts'

/** Runs its block, and again as long as `while` is true; gives what each round has given. */
export const loop: Perform = async (node, place) => {
  const { max_iterations: most } = node.node.config as ConfigOf<'loop'>
  const outputs: unknown[] = []
  for (let index = 0; ; index++) {
    const last = outputs.at(-1) ?? null
    const inner = placeInside(node, place)
    const items = { ...place.items, loop: { index, last } }
    const round = { ...inner, item: index, items }
    outputs.push(await runBlock(node.blocks[0] as PlannedBlock, round))
    const names = { ...place.items, loop: { index, last: outputs.at(-1) } }
    const scope = scopeOf({ ...round, items: names })
    if (!decide(node, () => isTrue(fieldOf(node, 'while', place, scope))))
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

import { Contest } from '../contest.ts'
import type { Perform } from '../node-result.ts'
import { placeInside } from '../place-inside.ts'

/** Runs its blocks side by side; the first that comes to its end wins, and the others are given up. */
export const race: Perform = async (node, place) => {
  const contest = new Contest(node, place)
  const { name, value } = await contest.first(
    node.blocks.map((block) => [
      block.name,
      (inside) => place.runBlock(block, placeInside(node, inside)),
    ]),
  )
  return { output: { winner: name, output: value } }
}

import type { Perform } from '../node-result.ts'
import { placeInside } from '../place-inside.ts'

/** Runs its blocks side by side; gives what each has given, by name. */
export const parallel: Perform = async (node, place) => {
  const entries = await Promise.all(
    node.blocks.map(
      async (block) => [block.name, await place.runBlock(block, placeInside(node, place))] as const,
    ),
  )
  return { output: Object.fromEntries(entries) }
}

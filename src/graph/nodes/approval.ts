import { durationMs } from '../duration-ms.ts'
import { decide, fieldOf } from '../evaluate-node.ts'
import type { ConfigOf, Perform } from '../node-result.ts'

/** Asks people, and waits for the first answer. */
export const approval: Perform = async (node, place) => {
  const { roles, timeout, on_timeout: onTimeout } = node.node.config as ConfigOf<'approval'>
  const [question, assignees, details] = decide(node, () => [
    fieldOf(node, 'question', place) as string,
    fieldOf(node, 'assignees', place) as string[] | undefined,
    fieldOf(node, 'details', place),
  ])
  const answer = await place.steps.approval(node.id, {
    question: String(question),
    ...(assignees === undefined ? {} : { assignees }),
    ...(roles === undefined ? {} : { roles }),
    ...(details === undefined ? {} : { details }),
    ...(timeout === undefined ? {} : { timeout: durationMs(timeout) }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
  })
  return { output: { ...answer, data: answer.data ?? null } }
}

import type { RunFailure } from '../model/failure.ts'
import type { SkipReason } from '../model/status.ts'
import type { Execution } from './execution.ts'

/** Why a node of a flow or graph is not run, or counts as not run. */
export type SkipNote = { readonly reason: SkipReason; readonly failure?: RunFailure }

/** Notes that a step is skipped. */
export async function skipStep(x: Execution, key: string, why: SkipNote): Promise<void> {
  const { end } = x.take(key, 'a skipped step', 'k')
  if (!end) x.record({ kind: 'k', name: key, data: JSON.stringify(why) })
  await x.deliver(key)
}

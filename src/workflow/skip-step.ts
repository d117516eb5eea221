import type { Skip } from '../model/journal.ts'
import type { Execution } from './execution.ts'

/** Notes that a step is skipped. */
export async function skipStep(x: Execution, key: string, why: Skip): Promise<void> {
  const { end } = x.take(key, 'a skipped step', 'k')
  if (!end) x.record({ kind: 'k', name: key, data: JSON.stringify(why) })
  await x.deliver(key)
}

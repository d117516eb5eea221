import { checkName } from '../model/names.ts'
import type { Execution } from './execution.ts'
import { patchKey } from './journal.ts'

/**
 * Whether a run takes the new way at a change of its code. The first answer is recorded, and stays: true for
 * a run that comes here for the first time, false for one that was already beyond.
 */
export async function patched(x: Execution, name: string): Promise<boolean> {
  const key = patchKey(checkName('patch', name))
  const known = x.journal.patch(key)
  if (known !== undefined) return known
  const isNew = !x.behind
  x.journal.decide(key, isNew)
  x.record({ kind: 'm', name: key, data: String(isNew) })
  return isNew
}

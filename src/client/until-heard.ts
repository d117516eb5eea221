import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '../model/errors.ts'

/** For how long a call whose reply was lost is sent again before the caller hears of it. */
const RESEND_MS = 8000

/**
 * Sends again while the outcome is unknown: only for what changes nothing the second time.
 * @param send is told whether an earlier sending was lost
 */
export async function untilHeard<T>(send: (lost: boolean) => Promise<T>): Promise<T> {
  const until = performance.now() + RESEND_MS
  for (let lost = false; ; lost = true) {
    try {
      return await send(lost)
    } catch (error) {
      if (!(error instanceof UnavailableError) || performance.now() > until) throw error
      await pause(100 + Math.random() * 200)
    }
  }
}

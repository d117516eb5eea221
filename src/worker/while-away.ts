import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '../model/errors.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/**
 * Works, again and again while the database cannot be reached: that is nobody's failed attempt.
 * @param over whether nobody waits any more; then the error is thrown
 */
export async function whileAway<T>(work: () => Promise<T>, over: () => boolean): Promise<T> {
  for (let turn = 0; ; turn++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UnavailableError) || over()) throw error
      await pause(awayPause(turn))
    }
  }
}

/** Milliseconds before the next try: longer each time, and not the same for all. */
export function awayPause(turn: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** turn, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2)
}

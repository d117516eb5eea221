import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks again and again until the answer is neither false, null, undefined nor 0, and returns it.
 * @param what completes the sentence "still not so after 30 s: …"
 * @example await until('the run is completed', async () => (await status(run)) === 'completed')
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  options: { timeout?: number; every?: number } = {},
): Promise<NonNullable<T>> {
  const { timeout = 30_000, every = 10 } = options
  const deadline = Date.now() + timeout
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`still not so after ${timeout / 1000} s: ${what}`)
    await pause(every)
  }
}

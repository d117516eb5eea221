import type { Input } from './system.ts'

/** What a step of every system does: next to nothing, with a small result to be stored. */
export function work(k: number): { v: number } {
  return { v: k + 1 }
}

/** Names of n steps. */
export function names(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `step-${i}`)
}

export const ten = names(10)
export const hundred = names(100)

/** How many parallel steps a `fan` run has. */
export function fanOf(input: Input): number {
  return input.items ?? 1
}

/** Asks until there is an answer, with a pause of a millisecond: for systems that cannot push. */
export async function poll(isDone: () => Promise<boolean>, pauseMs = 1): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, pauseMs))
}

/** Swallows what a system would log for every workflow: writing it would cost its time. */
export const quiet = { log() {}, info() {}, warn() {}, error: console.error, debug() {} }

import type { Mutant } from '../mutants.ts'

/** A mutant that the tests near it must notice: histories know nothing of entities. */
export type NearMutant = Mutant & {
  /** Files of test/, without `.test.ts`: the few that could notice, the likeliest first. */
  readonly tests: readonly string[]
}

/** What is changed in a file: `from` stands in it exactly once. */
export type Change = readonly [name: string, from: string, to: string]

/**
 * Mutants of one file that the same tests must notice.
 * @param file of sql/functions/  @param tests names of files of test/kernel/, with blanks between
 */
export function near(file: string, tests: string, ...changes: Change[]): NearMutant[] {
  const files = tests.split(' ').map((name) => `kernel/${name}`)
  return changes.map(([name, from, to]) => ({ name, file, from, to, tests: files }))
}

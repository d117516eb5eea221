import { ALONE } from './alone.ts'
import { GUARDS } from './guards.ts'
import { MOVES } from './moves.ts'
import type { NearMutant } from './near-mutant.ts'
import { RACES } from './races.ts'
import { RUNS } from './runs.ts'
import { SEALS } from './seals.ts'
import { STARTS } from './starts.ts'
import { TIMERS } from './timers.ts'

/** All that the tests near them must notice. */
export const NEAR_MUTANTS: readonly NearMutant[] = [
  ...[...MOVES, ...ALONE, ...STARTS, ...SEALS, ...TIMERS, ...GUARDS, ...RACES, ...RUNS],
]

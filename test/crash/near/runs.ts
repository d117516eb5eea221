import { type NearMutant, near } from './near-mutant.ts'

/** Of runs what histories come to too seldom, or what only who is in the kernel can see. */
export const RUNS: readonly NearMutant[] = [
  ...near('task/park_runs.sql', 'apply-ask pause-workflow advance-tasks', [
    'a run that ended is paused as it was asked',
    "and x.op not in ('c', 'f', 'x')",
    '',
  ]),
  ...near('task/claim_due.sql', 'claim-due', [
    'sleepers are claimed early',
    'l.wake_at <= v_now',
    "l.wake_at <= v_now + interval '1 h'",
  ]),
]

import type { MetricName } from './report/metrics.ts'

/** What one system did on one workload in one round. */
export type Sample = Partial<Record<MetricName, number>>

export type Entry = { workload: string; system: string; round: number; n: number; sample: Sample }

/** One figure of the report: a metric of a system on a workload, over its rounds. */
export type Cell = {
  workload: string
  system: string
  metric: MetricName
  median: number
  min: number
  max: number
  /** Above 1 is better than the best peer of the same round; the median over the rounds. */
  ratioToBestPeer: number | null
  /** Workflows of a round. */
  n: number
  rounds: number
  /** False where the rounds are too far apart, or there was only one. */
  trusted: boolean
}

export type Failure = { workload: string; system: string; reason: string }

/** Figures of one cell that are this far apart say little. */
export const WIDEST_SPREAD = 1.5

/** Everything that was measured in a run. */
export class Sheet {
  readonly entries: Entry[] = []
  readonly failures: Failure[] = []

  add(entry: Entry): void {
    this.entries.push(entry)
  }

  /** Only the first of a system on a workload is told. */
  fail(workload: string, system: string, reason: string): void {
    const known = this.failures.some((f) => f.workload === workload && f.system === system)
    if (!known) this.failures.push({ workload, system, reason })
  }

  values(workload: string, system: string, metric: MetricName): number[] {
    return this.entries
      .filter((entry) => entry.workload === workload && entry.system === system)
      .flatMap((entry) => entry.sample[metric] ?? [])
  }
}

/** Of an even number of values: the middle of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN
  return (low + high) / 2
}

/** The value that this share of all is not above: of few values one of them, none in between. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))
  return sorted[at] ?? Number.NaN
}

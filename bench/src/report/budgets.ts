import type { Cell } from '../sheet.ts'
import { find } from '../summary.ts'
import { type MetricName, show } from './metrics.ts'

/** A promise of DESIGN section 9 or of issue 3, and what this run says of it. */
export type Verdict = { what: string; budget: string; measured: string; met: boolean | null }

type Budget = {
  what: string
  budget: string
  /** Null: not measured. */
  judge(cells: readonly Cell[]): { measured: string; met: boolean } | null
}

const ours = 'millrace'
const engines = ['absurd', 'dbos', 'openworkflow', 'pg-workflows']
const queues = ['graphile-worker', 'graphile-worker-batched', 'pg-boss']

/** Budgets of time were written on a machine where the best engine drained this many of W1 a second. */
const REFERENCE_RATE = 1164

const budgets: Budget[] = [
  peers('W1, one-step workflows', 'W1', 'workflows_per_second'),
  timeAtMost('W1, queued in bulk: CPU each', 'W6', 'cpu_us_per_workflow', 75, 'µs'),
  atMost('W1, queued in bulk: transactions each', 'W6', 'transactions_per_workflow', 0.05, ''),
  atMost('W1, queued in bulk: WAL each', 'W6', 'wal_bytes_per_workflow', 1000, 'B'),
  peers('W2, 10 sequential steps', 'W2', 'steps_per_second'),
  peers('W3, 100 parallel steps', 'W3', 'steps_per_second'),
  timeAtMost('W4, idle latency p50', 'W4', 'latency_p50_ms', 2, 'ms'),
  timeAtMost('W4, idle latency p99', 'W4', 'latency_p99_ms', 6, 'ms'),
  { what: 'W4, p50 against plain queues', budget: 'under the best', judge: underBestQueue },
  timeAtMost('W5, sleepers late, p99', 'W5', 'lateness_p99_ms', 50, 'ms'),
  atLeast('W5, least late (never early)', 'W5', 'earliest_ms', 0, 'ms'),
  atLeast('W7, with millions of runs', 'W7', 'ratio_to_plain', 0.95, 'of empty'),
  atLeast('W8, beside a snapshot', 'W8', 'ratio_to_plain', 0.9, 'of without'),
  atLeast('Floor, Postgres CPU', 'floor', 'postgres_cpu_ratio_to_floor', 0.5, 'of the floor'),
  timeAtMost('Start-up, second boot', 'startup', 'startup_second_ms', 1500, 'ms'),
  atMost('Idle worker, queries a second', 'idle', 'queries_per_second', 2, ''),
  { what: 'Idle worker, CPU of it and Postgres', budget: '≤ 0.5 % of a core', judge: idleCpu },
  { what: 'Replay, 10 times the steps', budget: '≤ 15 times the time', judge: linearReplay },
]

export function judge(cells: readonly Cell[]): Verdict[] {
  return budgets.map(({ what, budget, judge: judgeOne }) => {
    const verdict = judgeOne(cells)
    if (verdict === null) return { what, budget, measured: 'not measured', met: null }
    return { what, budget, ...verdict }
  })
}

/** 20 times the best peer of the same round. */
function peers(what: string, workload: string, metric: MetricName): Budget {
  return {
    what,
    budget: '≥ 20 × the best peer',
    judge(cells) {
      const cell = find(cells, workload, ours, metric)
      if (!cell || cell.ratioToBestPeer === null) return null
      const measured = `${cell.ratioToBestPeer.toFixed(1)} × (${show(cell.median, metric)}/s)`
      return { measured, met: cell.ratioToBestPeer >= 20 }
    },
  }
}

function atMost(
  what: string,
  workload: string,
  metric: MetricName,
  most: number,
  unit: string,
): Budget {
  return limit(what, workload, metric, `≤ ${most} ${unit}`.trim(), unit, (value) => value <= most)
}

/**
 * Of time: it depends on the machine, so the budget is stretched by how much slower than the
 * reference this one is, as the best engine shows that runs on it in the same hour.
 */
function timeAtMost(
  what: string,
  workload: string,
  metric: MetricName,
  most: number,
  unit: string,
): Budget {
  const plain = `≤ ${most} ${unit}`
  return {
    what,
    budget: plain,
    judge(cells) {
      const cell = find(cells, workload, ours, metric)
      if (!cell) return null
      const factor = slowness(cells)
      const here = most * factor
      const measured = `${show(cell.median, metric)} ${unit}`
      if (factor === 1) return { measured, met: cell.median <= most }
      const stretched = `${measured}, where the reference's ${most} ${unit} are ${here.toFixed(0)} ${unit}`
      return { measured: stretched, met: cell.median <= here }
    },
  }
}

/** How many times slower than the reference the machine is; at least 1. */
export function slowness(cells: readonly Cell[]): number {
  const rates = engines.flatMap(
    (name) => find(cells, 'W1', name, 'workflows_per_second')?.median ?? [],
  )
  return rates.length === 0 ? 1 : Math.max(1, REFERENCE_RATE / Math.max(...rates))
}

function atLeast(
  what: string,
  workload: string,
  metric: MetricName,
  least: number,
  unit: string,
): Budget {
  return limit(what, workload, metric, `≥ ${least} ${unit}`.trim(), unit, (value) => value >= least)
}

function limit(
  what: string,
  workload: string,
  metric: MetricName,
  budget: string,
  unit: string,
  fits: (value: number) => boolean,
): Budget {
  return {
    what,
    budget,
    judge(cells) {
      const cell = find(cells, workload, ours, metric)
      if (!cell) return null
      const measured = `${show(cell.median, metric)} ${unit}`.trim()
      return { measured, met: fits(cell.median) }
    },
  }
}

function underBestQueue(cells: readonly Cell[]) {
  const own = find(cells, 'W4', ours, 'latency_p50_ms')
  const others = queues.flatMap((name) => find(cells, 'W4', name, 'latency_p50_ms') ?? [])
  if (!own || others.length === 0) return null
  const best = others.reduce((a, b) => (b.median < a.median ? b : a))
  const measured = `${own.median} ms, ${best.system} ${best.median} ms`
  return { measured, met: own.median < best.median }
}

function idleCpu(cells: readonly Cell[]) {
  const worker = find(cells, 'idle', ours, 'worker_cpu_percent')
  const postgres = find(cells, 'idle', ours, 'postgres_cpu_percent')
  if (!worker || !postgres) return null
  const both = worker.median + postgres.median
  return { measured: `${both.toFixed(2)} %`, met: both <= 0.5 }
}

function linearReplay(cells: readonly Cell[]) {
  const short = find(cells, 'history-1000', ours, 'replay_ms')
  const long = find(cells, 'history-10000', ours, 'replay_ms')
  if (!short || !long) return null
  const times = long.median / short.median
  return { measured: `${times.toFixed(1)} times (${long.median} ms)`, met: times <= 15 }
}

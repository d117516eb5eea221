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
const queues = ['graphile-worker', 'graphile-worker-batched', 'pg-boss']

/**
 * CPU time of one workflow of W1 where the budgets were written: of the best engine. What CPU time is
 * worth differs from machine to machine, and on a busy one from hour to hour; the ratio does not.
 */
const REFERENCE = { system: 'absurd', us: 1455 }
const CPU_BUDGET_US = 75

const budgets: Budget[] = [
  peers('W1, one-step workflows', 'W1', 'workflows_per_second'),
  { what: 'W1, queued in bulk: CPU each', budget: cpuBudget(), judge: cpu },
  atMost('W1, queued in bulk: transactions each', 'W6', 'transactions_per_workflow', 0.05, ''),
  atMost('W1, queued in bulk: WAL each', 'W6', 'wal_bytes_per_workflow', 1000, 'B'),
  peers('W2, 10 sequential steps', 'W2', 'steps_per_second'),
  peers('W3, 100 parallel steps', 'W3', 'steps_per_second'),
  atMost('W4, idle latency p50', 'W4', 'latency_p50_ms', 2, 'ms'),
  atMost('W4, idle latency p99', 'W4', 'latency_p99_ms', 6, 'ms'),
  { what: 'W4, p50 against plain queues', budget: 'under the best', judge: underBestQueue },
  atMost('W5, sleepers late, p99', 'W5', 'lateness_p99_ms', 50, 'ms'),
  { what: 'W5, never early', budget: '≥ 0 ms, in every round', judge: neverEarly },
  atLeast('W7, with millions of runs', 'W7', 'ratio_to_plain', 0.95, 'of empty'),
  atLeast('W8, beside a snapshot', 'W8', 'ratio_to_plain', 0.9, 'of without'),
  atLeast('Floor, Postgres CPU', 'floor', 'postgres_cpu_ratio_to_floor', 0.5, 'of the floor'),
  atMost('Start-up, second boot', 'startup', 'startup_second_ms', 1500, 'ms'),
  atMost('Idle worker, queries a second', 'idle', 'queries_per_second', 2, ''),
  { what: 'Idle worker, CPU of it and Postgres', budget: '≤ 0.5 % of a core', judge: idleCpu },
  { what: 'Light keys beside a greedy one, p99', budget: '≤ 2 × alone + 10 ms', judge: fair },
  formBudget('W3 as a flow', 'flows-parallel', 'as a flow', 'W3'),
  formBudget("W3 as a flow's map", 'flows-parallel', "as a flow's map", 'W3'),
  formBudget('10,000 items as a flow', 'flows-items', 'as a flow', 'fan-out'),
  formBudget('10,000 items as a graph', 'flows-items', 'as a graph', 'fan-out'),
  stepTime('A chain of 1,000 steps as a flow', 'flows', 'as a flow'),
  stepTime('A chain of 1,000 steps as a graph', 'flows', 'as a graph'),
  stepTime('W9, graph of 6 nodes, by the client', 'graph', 'as a graph'),
  transitions('Transitions of entities, one by one', 'millrace', 0.5),
  transitions('Transitions of entities, 500 a call', 'millrace, 500 a call', 5),
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

/**
 * Another form of work that peers do as well: its share of the durable function that does the same, measured beside it,
 * times what the durable function of the peers' workload is to the best of them.
 */
function formBudget(what: string, workload: string, form: string, peersWorkload: string): Budget {
  return {
    what,
    budget: '≥ 20 × the best peer',
    judge(cells) {
      const share = find(cells, workload, form, 'ratio_to_function')
      const ratio = find(cells, peersWorkload, ours, 'steps_per_second')?.ratioToBestPeer
      if (!share || ratio == null) return null
      const times = share.median * ratio
      const measured = `${times.toFixed(1)} × (${share.median.toFixed(2)} of the function's ${ratio.toFixed(1)} ×)`
      return { measured, met: times >= 20 }
    },
  }
}

/** Of a run that is alone; its steps take no time of their own. */
function stepTime(what: string, workload: string, form: string): Budget {
  return {
    what,
    budget: '≤ 1 ms a step, p50',
    judge(cells) {
      const cell = find(cells, workload, form, 'ms_per_step')
      if (!cell) return null
      return { measured: `${show(cell.median, 'ms_per_step')} ms`, met: cell.median <= 1 }
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

function transitions(what: string, system: string, least: number): Budget {
  return {
    what,
    budget: `≥ ${least} of a bare UPDATE and INSERT in one transaction`,
    judge(cells) {
      const cell = find(cells, 'entities', system, 'ratio_to_transaction')
      const rate = find(cells, 'entities', system, 'transitions_per_second')
      if (!cell || !rate) return null
      const measured = `${cell.median.toFixed(2)} (${show(rate.median, 'transitions_per_second')}/s)`
      return { measured, met: cell.median >= least }
    },
  }
}

function cpuBudget(): string {
  const { system, us } = REFERENCE
  return `≤ ${CPU_BUDGET_US} µs where ${system} needs ${us.toLocaleString('en')} for W1: ≤ ${(CPU_BUDGET_US / us).toFixed(3)} of it`
}

function cpu(cells: readonly Cell[]) {
  const own = find(cells, 'W6', ours, 'cpu_us_per_workflow')
  const other = find(cells, 'W1', REFERENCE.system, 'cpu_us_per_workflow')
  if (!own || !other) return null
  const share = own.median / other.median
  const figures = [own, other].map(({ median }) => show(median, 'cpu_us_per_workflow'))
  const measured = `${share.toFixed(3)} of it (${figures.join(' of ')} µs)`
  return { measured, met: share <= CPU_BUDGET_US / REFERENCE.us }
}

function underBestQueue(cells: readonly Cell[]) {
  const own = find(cells, 'W4', ours, 'latency_p50_ms')
  const others = queues.flatMap((name) => find(cells, 'W4', name, 'latency_p50_ms') ?? [])
  if (!own || others.length === 0) return null
  const best = others.reduce((a, b) => (b.median < a.median ? b : a))
  const measured = `${own.median} ms, ${best.system} ${best.median} ms`
  return { measured, met: own.median < best.median }
}

function neverEarly(cells: readonly Cell[]) {
  const cell = find(cells, 'W5', ours, 'earliest_ms')
  return cell === undefined
    ? null
    : { measured: `${show(cell.min, 'earliest_ms')} ms`, met: cell.min >= 0 }
}

function idleCpu(cells: readonly Cell[]) {
  const worker = find(cells, 'idle', ours, 'worker_cpu_percent')
  const postgres = find(cells, 'idle', ours, 'postgres_cpu_percent')
  if (!worker || !postgres) return null
  const both = worker.median + postgres.median
  return { measured: `${both.toFixed(2)} %`, met: both <= 0.5 }
}

function fair(cells: readonly Cell[]) {
  const [beside, alone] = ['fairness', 'fairness-alone'].map((name) =>
    find(cells, name, ours, 'latency_p99_ms'),
  )
  if (!beside || !alone) return null
  const measured = `${beside.median} ms, alone ${alone.median} ms`
  return { measured, met: beside.median <= 2 * alone.median + 10 }
}

function linearReplay(cells: readonly Cell[]) {
  const short = find(cells, 'history-1000', ours, 'replay_ms')
  const long = find(cells, 'history-10000', ours, 'replay_ms')
  if (!short || !long) return null
  const times = long.median / short.median
  return { measured: `${times.toFixed(1)} times (${long.median} ms)`, met: times <= 15 }
}

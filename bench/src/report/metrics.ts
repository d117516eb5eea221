/** What is measured, how it is called in the report, and which way is better. */
export type Metric = {
  title: string
  /** Null: a cost or a count, which has no best peer. */
  better: 'higher' | 'lower' | null
  digits: number
}

export const metrics = {
  workflows_per_second: { title: 'workflows/s, draining', better: 'higher', digits: 0 },
  steps_per_second: { title: 'steps/s, draining', better: 'higher', digits: 0 },
  megabytes_per_second: { title: 'MB of payload/s, draining', better: 'higher', digits: 1 },
  requests_per_second: { title: 'requests/s', better: null, digits: 0 },
  starts_per_second: { title: 'starts/s', better: 'higher', digits: 0 },
  latency_p50_ms: { title: 'p50 ms', better: 'lower', digits: 2 },
  latency_p99_ms: { title: 'p99 ms', better: 'lower', digits: 2 },
  lateness_p50_ms: { title: 'late p50 ms', better: 'lower', digits: 1 },
  lateness_p99_ms: { title: 'late p99 ms', better: 'lower', digits: 1 },
  earliest_ms: { title: 'least late ms', better: null, digits: 1 },
  cpu_us_per_workflow: { title: 'CPU µs each, all', better: null, digits: 1 },
  postgres_cpu_us_per_workflow: { title: 'of it Postgres', better: null, digits: 1 },
  worker_cpu_us_per_workflow: { title: 'worker', better: null, digits: 1 },
  driver_cpu_us_per_workflow: { title: 'driver', better: null, digits: 1 },
  transactions_per_workflow: { title: 'transactions each', better: null, digits: 3 },
  wal_bytes_per_workflow: { title: 'WAL bytes each', better: null, digits: 0 },
  ms_per_step: { title: 'ms a step', better: null, digits: 3 },
  cpu_us_per_step: { title: 'CPU µs a step, all', better: null, digits: 1 },
  postgres_cpu_us_per_step: { title: 'Postgres CPU µs a step', better: null, digits: 1 },
  wal_bytes_per_step: { title: 'WAL bytes a step', better: null, digits: 0 },
  worker_peak_mb: { title: 'worker MB', better: null, digits: 0 },
  other_cores: { title: 'cores of others', better: null, digits: 2 },
  seconds: { title: 's', better: null, digits: 1 },
  ratio_to_plain: { title: 'of the undisturbed figure', better: null, digits: 2 },
  ratio_to_function: { title: 'of the function', better: null, digits: 2 },
  ratio_to_bare: { title: 'of the bare route', better: null, digits: 2 },
  ratio_to_floor: { title: 'of the floor', better: null, digits: 2 },
  postgres_cpu_ratio_to_floor: { title: 'of the floor, Postgres CPU', better: null, digits: 2 },
  transactions_per_second: { title: 'transactions/s', better: null, digits: 0 },
  transitions_per_second: { title: 'transitions/s', better: null, digits: 0 },
  ratio_to_transaction: { title: 'of the bare transaction', better: null, digits: 2 },
  postgres_cpu_us_per_transition: { title: 'Postgres CPU µs each', better: null, digits: 1 },
  wal_bytes_per_transition: { title: 'WAL bytes each', better: null, digits: 0 },
  startup_first_ms: { title: 'first boot ms', better: null, digits: 0 },
  startup_second_ms: { title: 'second boot ms', better: null, digits: 0 },
  queries_per_second: { title: 'queries/s', better: null, digits: 2 },
  worker_cpu_percent: { title: 'worker % of a core', better: null, digits: 2 },
  postgres_cpu_percent: { title: 'Postgres % of a core', better: null, digits: 2 },
  run_ms: { title: 'run ms', better: null, digits: 0 },
  replay_ms: { title: 'replay ms', better: null, digits: 1 },
} satisfies Record<string, Metric>

export type MetricName = keyof typeof metrics

/** A figure as people read it. */
export function show(value: number, metric: MetricName): string {
  const { digits } = metrics[metric]
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

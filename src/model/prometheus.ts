/** Counts by labels: the labels as Prometheus writes them, and how often. */
export type Counts = Map<string, number>

/** Adds to a count. @example add(counts, labels({ workflow: 'order' })) */
export function add(counts: Counts, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** Labels as Prometheus writes them. @example labels({ a: 'b' }) // {a="b"} */
export function labels(values: Record<string, string>): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${quoted(value)}"`)
  return `{${pairs.join(',')}}`
}

function quoted(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}

/** A value that goes up and down. */
export function gauge(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}`
}

/** A value that only goes up, until the process starts anew. */
export function counter(name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${value}`
}

/** Several of one name, told apart by labels. */
export function family(
  name: string,
  help: string,
  counts: ReadonlyMap<string, number>,
  type: 'counter' | 'gauge' = 'counter',
): string {
  const lines = [...counts].map(([key, value]) => `${name}${key} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n')
}

/** How long things took, by labels, in buckets. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, { buckets: number[]; sum: number; count: number }>()

  /** @param bounds upper bounds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(values: Record<string, string>, value: number): void {
    const key = JSON.stringify(values)
    const one = this.#series.get(key) ?? { buckets: this.#bounds.map(() => 0), sum: 0, count: 0 }
    this.#series.set(key, one)
    one.sum += value
    one.count++
    // cumulative, as Prometheus has them
    for (const [i, bound] of this.#bounds.entries())
      if (value <= bound) one.buckets[i] = (one.buckets[i] as number) + 1
  }

  text(name: string, help: string): string {
    const lines = [...this.#series].flatMap(([key, { buckets, sum, count }]) => {
      const values = JSON.parse(key) as Record<string, string>
      const upTo = (le: string) => `${name}_bucket${labels({ ...values, le })}`
      return [
        ...this.#bounds.map((bound, i) => `${upTo(String(bound))} ${buckets[i]}`),
        `${upTo('+Inf')} ${count}`,
        `${name}_sum${labels(values)} ${sum}`,
        `${name}_count${labels(values)} ${count}`,
      ]
    })
    return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines].join('\n')
  }
}

/** What every process tells of itself. */
export function processLines(startedAt: number): string[] {
  const cpu = process.cpuUsage()
  return [
    gauge('process_start_time_seconds', 'When the process started.', startedAt),
    counter('process_cpu_seconds_total', 'Processor time used.', (cpu.user + cpu.system) / 1e6),
    gauge('process_resident_memory_bytes', 'Memory in use.', process.memoryUsage.rss()),
  ]
}

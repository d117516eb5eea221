import { type MetricName, metrics } from './report/metrics.ts'
import { type Cell, median, type Sheet, WIDEST_SPREAD } from './sheet.ts'

/** Every metric of every system on every workload, over its rounds. */
export function summarise(sheet: Sheet): Cell[] {
  const groups = Map.groupBy(sheet.entries, ({ workload, system }) => `${workload}\n${system}`)
  return [...groups.values()].flatMap((entries) => {
    const [first] = entries
    if (!first) return []
    const { workload, system } = first
    const names = new Set(entries.flatMap(({ sample }) => Object.keys(sample) as MetricName[]))
    return [...names].map((metric): Cell => {
      const values = sheet.values(workload, system, metric)
      const [min, max] = [Math.min(...values), Math.max(...values)]
      return {
        ...{ workload, system, metric },
        ...{ median: round(median(values)), min: round(min), max: round(max) },
        ratioToBestPeer: ratio(sheet, workload, system, metric),
        n: Math.round(median(entries.map(({ n }) => n))),
        rounds: values.length,
        trusted: values.length > 1 && max <= min * WIDEST_SPREAD,
      }
    })
  })
}

/** Against the best other system of the same round; the median of the rounds. */
function ratio(sheet: Sheet, workload: string, system: string, metric: MetricName): number | null {
  const { better } = metrics[metric]
  if (better === null) return null
  const peers = sheet.entries.filter(
    (entry) => entry.workload === workload && isPeer(entry.system) && metric in entry.sample,
  )
  const ratios = sheet.entries.flatMap((entry) => {
    if (entry.workload !== workload || entry.system !== system) return []
    const own = entry.sample[metric]
    const others = peers.filter((peer) => peer.round === entry.round)
    if (own === undefined || others.length === 0) return []
    const values = others.map(({ sample }) => sample[metric] as number)
    return better === 'higher' ? own / Math.max(...values) : Math.min(...values) / own
  })
  return ratios.length === 0 ? null : round(median(ratios))
}

/** Not the forms in which Millrace is measured against itself, nor the floor. */
function isPeer(system: string): boolean {
  if (system.startsWith('as a ')) return false
  return system !== 'millrace' && system !== 'plain inserts' && !system.startsWith('pgbench')
}

/** Four digits say all that such a figure can. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** One cell, if it was measured. */
export function find(
  cells: readonly Cell[],
  workload: string,
  system: string,
  metric: MetricName,
): Cell | undefined {
  return cells.find(
    (cell) => cell.workload === workload && cell.system === system && cell.metric === metric,
  )
}

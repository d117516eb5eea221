import type { Cell } from '../sheet.ts'
import { type MetricName, metrics, show } from './metrics.ts'

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** One row for each system of a workload, one column for each metric that any of them has. */
export function workloadTable(cells: readonly Cell[], workload: string): string {
  const own = cells.filter((cell) => cell.workload === workload)
  const names = (Object.keys(metrics) as MetricName[]).filter(
    (metric) => metric !== 'seconds' && own.some((cell) => cell.metric === metric),
  )
  const systems = [...new Set(own.map(({ system }) => system))]
  const rows = systems.map((system) => {
    const mine = own.filter((cell) => cell.system === system)
    const [first] = mine
    const seconds = mine.find(({ metric }) => metric === 'seconds')
    const lasted = seconds ? `, ${seconds.median.toFixed(1)} s` : ''
    const size = `${first?.n.toLocaleString('en')}${lasted}`
    return [
      system === 'millrace' ? '**millrace**' : system,
      size,
      ...names.map((metric) => figure(mine.find((cell) => cell.metric === metric))),
    ]
  })
  return table(['system', 'n', ...names.map((metric) => metrics[metric].title)], rows)
}

/** Median, (least to most), × the best peer; a mark where the rounds are too far apart. */
function figure(cell: Cell | undefined): string {
  if (!cell) return '–'
  const { metric, median, min, max, ratioToBestPeer, trusted, rounds } = cell
  const range = rounds > 1 ? ` (${show(min, metric)} to ${show(max, metric)})` : ''
  const ratio = ratioToBestPeer === null ? '' : ` **${ratioToBestPeer.toFixed(2)} ×**`
  const mark = trusted || metrics[metric].better === null ? '' : ' ⚠'
  return `${show(median, metric)}${range}${ratio}${mark}`
}

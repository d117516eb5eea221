import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cell } from '../sheet.ts'
import { find } from '../summary.ts'
import { type MetricName, show } from './metrics.ts'
import { type Bar, barChart, type Group } from './svg.ts'

/** Draws what was measured of W1 to W4. @returns the names of the files, and what they show */
export function drawPlots(folder: string, cells: readonly Cell[]): [string, string][] {
  const drawn: [string, string, string][] = []
  const throughput = [
    group(cells, 'W1: one-step workflows a second', 'W1', 'workflows_per_second'),
    group(cells, 'W2: 10 sequential steps; steps a second', 'W2', 'steps_per_second'),
    group(cells, 'W3: 100 parallel steps; steps a second', 'W3', 'steps_per_second'),
  ].filter(({ bars }) => bars.length > 0)
  if (throughput.length > 0) {
    const title = 'Throughput: draining a queue with one worker'
    const svg = barChart(title, 'longer is better; logarithmic scale', throughput)
    drawn.push(['throughput.svg', title, svg])
  }
  const latency = group(cells, 'W4: milliseconds', 'W4', 'latency_p50_ms', 'latency_p99_ms')
  if (latency.bars.length > 0) {
    const title = 'Idle latency: from start to result, worker in another process'
    const caption = 'shorter is better; bar: median, line: 99th percentile; logarithmic scale'
    drawn.push(['latency.svg', title, barChart(title, caption, [latency])])
  }
  mkdirSync(join(folder, 'plots'), { recursive: true })
  for (const [name, , svg] of drawn) writeFileSync(join(folder, 'plots', name), svg)
  return drawn.map(([name, title]) => [name, title])
}

function group(
  cells: readonly Cell[],
  title: string,
  workload: string,
  metric: MetricName,
  tailMetric?: MetricName,
): Group {
  const own = cells.filter((cell) => cell.workload === workload && cell.metric === metric)
  const bars = own.map(({ system, median }): Bar => {
    const tail = tailMetric && find(cells, workload, system, tailMetric)?.median
    const shown = show(median, metric)
    return {
      ...{ label: system, value: median, ours: system === 'millrace' },
      ...(tail === undefined ? { shown } : { shown: `${shown} / ${tail.toFixed(1)}`, tail }),
    }
  })
  return { title, bars }
}

import type { MetricName } from './report/metrics.ts'
import { readCommitted } from './report/results.ts'
import type { Cell, Sheet } from './sheet.ts'
import { find, summarise } from './summary.ts'

/** A ratio that fell under this share of the committed one is a regression. */
const LEAST = 0.7

const compared: [string, MetricName][] = [
  ['W1', 'workflows_per_second'],
  ['W2', 'steps_per_second'],
  ['W3', 'steps_per_second'],
]

/**
 * Compares Millrace's ratios to the best peer with those of the committed results: ratios, as
 * another machine has other figures; to the best of the peers that both runs have.
 * @returns the workloads, of those that were chosen, whose ratio is too low
 */
export function checkRatios(sheet: Sheet, chosen: readonly string[]): string[] {
  const now = summarise(sheet)
  const committed = readCommitted()
  if (committed === null) {
    console.log('check: there is no results.json yet, so there is nothing to compare with')
    return []
  }
  const judged = compared.filter(([workload]) => chosen.includes(workload))
  const low = judged.filter(([workload, metric]) => {
    const both = systemsOf(now, workload).filter((name) =>
      systemsOf(committed, workload).includes(name),
    )
    const [before, after] = [committed, now].map((cells) => ratio(cells, workload, metric, both))
    if (before == null) return !tell(workload, 'no peer that both runs have', false)
    if (after == null) return !tell(workload, 'not measured', false)
    const share = after / before
    const figures = `${after.toFixed(1)} × the best peer, committed ${before.toFixed(1)} ×`
    return !tell(workload, `${figures} (${share.toFixed(2)})`, share >= LEAST)
  })
  return low.map(([workload]) => workload)
}

function systemsOf(cells: readonly Cell[], workload: string): string[] {
  return [...new Set(cells.filter((c) => c.workload === workload).map(({ system }) => system))]
}

/** Of the medians; null if either side was not measured. */
function ratio(
  cells: readonly Cell[],
  workload: string,
  metric: MetricName,
  systems: readonly string[],
): number | null {
  const value = (system: string) => find(cells, workload, system, metric)?.median ?? 0
  const best = Math.max(0, ...systems.filter((name) => name !== 'millrace').map(value))
  return best > 0 && value('millrace') > 0 ? value('millrace') / best : null
}

function tell(workload: string, what: string, held: boolean): boolean {
  console.log(`check ${workload}: ${what}: ${held ? 'ok' : `under ${LEAST} of it`}`)
  return held
}

import type { MetricName } from './report/metrics.ts'
import { readCommitted } from './report/results.ts'
import { type Cell, median, type Sheet } from './sheet.ts'
import { find, summarise } from './summary.ts'

/** Ratios that fell under this share of the committed ones are a regression. */
const LEAST = 0.7

const compared: [string, MetricName][] = [
  ['W1', 'workflows_per_second'],
  ['W2', 'steps_per_second'],
  ['W3', 'steps_per_second'],
]

/**
 * Compares Millrace's ratios to its peers with those of the committed results: ratios, as another
 * machine has other figures. The one in the middle counts, because on a busy machine each peer has
 * hours in which it alone is slow or fast.
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
    const before = ratios(committed, workload, metric)
    const after = ratios(now, workload, metric)
    const shares = [...after].flatMap(([peer, ratio]) => {
      const then = before.get(peer)
      return then === undefined ? [] : [{ peer, ratio, share: ratio / then }]
    })
    if (shares.length === 0) return !tell(workload, 'no peer that both runs have', false)
    const share = median(shares.map((one) => one.share))
    const each = shares.map(
      ({ peer, ratio, share: of }) => `${peer} ${ratio.toFixed(1)} × (${of.toFixed(2)})`,
    )
    const figures = `${share.toFixed(2)} of the committed ratios: ${each.join(', ')}`
    return !tell(workload, figures, share >= LEAST)
  })
  return low.map(([workload]) => workload)
}

/** To each peer, of the medians. */
function ratios(cells: readonly Cell[], workload: string, metric: MetricName): Map<string, number> {
  const own = find(cells, workload, 'millrace', metric)?.median ?? 0
  const peers = cells.filter(
    (cell) => cell.workload === workload && cell.metric === metric && cell.system !== 'millrace',
  )
  return new Map(peers.map(({ system, median: rate }) => [system, own / rate]))
}

function tell(workload: string, what: string, held: boolean): boolean {
  console.log(`check ${workload}: ${what}: ${held ? 'ok' : `under ${LEAST}`}`)
  return held
}

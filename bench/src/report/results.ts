import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { resultsFile } from '../places.ts'
import type { Cell, Failure } from '../sheet.ts'
import { summarise } from '../summary.ts'
import { makeDocument } from './document.ts'
import { drawPlots } from './plots.ts'

/** One object of results.json; a failure is one too, with its reason and no figures. */
export type ResultRow =
  | Cell
  | (Omit<Cell, 'metric' | 'median' | 'min' | 'max'> & {
      metric: 'failed'
      median: null
      min: null
      max: null
      reason: string
    })

/** What the committed results hold; null where there are none. */
export function readCommitted(): Cell[] | null {
  try {
    const rows = JSON.parse(readFileSync(resultsFile, 'utf8')) as ResultRow[]
    return rows.filter((row): row is Cell => row.metric !== 'failed')
  } catch {
    return null
  }
}

/** Writes results.json, RESULTS.md and the plots into a folder. */
export function writeResults(bench: Bench, folder: string): void {
  const cells = summarise(bench.sheet)
  mkdirSync(folder, { recursive: true })
  const rows: ResultRow[] = [...cells, ...bench.sheet.failures.map(failedRow)]
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(rows, null, 2)}\n`)
  const plots = drawPlots(folder, cells)
  writeFileSync(join(folder, 'RESULTS.md'), makeDocument(bench, cells, plots))
}

function failedRow({ workload, system, reason }: Failure): ResultRow {
  return {
    ...{ workload, system, metric: 'failed' as const },
    ...{ median: null, min: null, max: null, ratioToBestPeer: null },
    ...{ n: 0, rounds: 0, trusted: false, reason },
  }
}

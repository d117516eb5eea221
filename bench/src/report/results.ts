import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { benchFolder, resultsFile } from '../places.ts'
import type { Cell, Failure } from '../sheet.ts'
import { summarise } from '../summary.ts'
import { addDocument, makeDocument } from './document.ts'
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

/**
 * Puts what was measured into the committed results, in the place of the same workloads there.
 * @throws where something failed: it must not take the place of figures
 */
export function addResults(bench: Bench): void {
  const [failure] = bench.sheet.failures
  if (failure) throw new Error(`${failure.workload} failed: ${failure.reason}`)
  const cells = summarise(bench.sheet)
  const names = new Set(cells.map(({ workload }) => workload))
  const known = JSON.parse(readFileSync(resultsFile, 'utf8')) as ResultRow[]
  const rows = [...known.filter(({ workload }) => !names.has(workload)), ...cells]
  const all = rows.filter((row): row is Cell => row.metric !== 'failed')
  const document = addDocument(bench, cells, all)
  writeFileSync(resultsFile, `${JSON.stringify(rows, null, 2)}\n`)
  writeFileSync(join(benchFolder, 'RESULTS.md'), document)
}

function failedRow({ workload, system, reason }: Failure): ResultRow {
  return {
    ...{ workload, system, metric: 'failed' as const },
    ...{ median: null, min: null, max: null, ratioToBestPeer: null },
    ...{ n: 0, rounds: 0, trusted: false, reason },
  }
}

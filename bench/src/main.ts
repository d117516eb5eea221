import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Bench, Templates } from './bench.ts'
import { checkRatios } from './check.ts'
import { cleanUp, cleanUpOnErrors, cleanUpOnSignals, isEnding } from './cleanup.ts'
import { type Options, readOptions } from './options.ts'
import { benchFolder, cacheFolder } from './places.ts'
import { judge } from './report/budgets.ts'
import { addResults, writeResults } from './report/results.ts'
import { workloadTable } from './report/tables.ts'
import { Databases } from './server/databases.ts'
import { openServer } from './server/server.ts'
import { readSettings, sweep } from './settings.ts'
import { Sheet } from './sheet.ts'
import { summarise } from './summary.ts'
import { loadSystem, systemNames } from './systems/index.ts'
import { type Workload, workloads } from './workloads/index.ts'

/** How often a ratio may be found too low before that counts. */
const CHECKS = 3

const options = readOptions(process.argv.slice(2))
cleanUpOnSignals()
cleanUpOnErrors()
mkdirSync(cacheFolder, { recursive: true })
if (options.absurdSql !== null) process.env.BENCH_ABSURD_SQL = resolve(options.absurdSql)
let code = 0
try {
  code = await run()
} catch (error) {
  if (isEnding()) await new Promise(() => {})
  console.error(`bench: ${(error as Error).message}`)
  code = 1
}
await cleanUp()
process.exit(code)

async function run(): Promise<number> {
  const began = performance.now()
  const chosen = workloads.filter(({ name, quick }) => {
    if (options.only !== null) return options.only.includes(name)
    if (options.check) return quick && name !== 'W4'
    return quick || !options.quick
  })
  const bench = await open()
  if (options.sweep) {
    await sweep(bench)
    return 0
  }
  await runAll(bench, chosen)
  const folder = options.add ? benchFolder : outFolder(options)
  if (options.add) addResults(bench)
  else writeResults(bench, folder)
  print(bench)
  console.log(`\n${Math.round((performance.now() - began) / 1000)} s; written to ${folder}`)
  return options.check ? check(bench, chosen) : 0
}

async function runAll(bench: Bench, chosen: readonly Workload[]): Promise<void> {
  for (const workload of chosen) {
    const systems = bench.systems.filter((system) => workload.takes(system))
    if (systems.length > 0) await workload.run(bench, systems)
  }
}

/** What is too low is measured again, and the median of all turns counts: a single turn may be chance. */
async function check(bench: Bench, chosen: readonly Workload[]): Promise<number> {
  const names = chosen.map(({ name }) => name)
  let low = checkRatios(bench.sheet, names)
  for (let turn = 1; turn < CHECKS && low.length > 0; turn++) {
    await runAll(
      bench,
      chosen.filter(({ name }) => low.includes(name)),
    )
    low = checkRatios(bench.sheet, low)
  }
  return low.length === 0 ? 0 : 1
}

async function open(): Promise<Bench> {
  const unknown = (options.only ?? []).filter((name) => !workloads.some((w) => w.name === name))
  if (unknown.length > 0) {
    const names = workloads.map(({ name }) => name).join(', ')
    throw new Error(`there is no workload ${unknown.join(', ')}; there are ${names}`)
  }
  const systems = await Promise.all((options.systems ?? systemNames).map(loadSystem))
  const server = await openServer(options)
  const databases = await Databases.open(server.url)
  const kept = Object.entries(readSettings()?.systems ?? {})
  console.log(`Postgres ${server.version}, Node ${process.version}`)
  return {
    options,
    server,
    databases,
    systems,
    settings: new Map(kept.map(([name, { chosen }]) => [name, chosen])),
    templates: new Templates(databases),
    sheet: new Sheet(),
  }
}

/** Only a whole run may take the place of the committed results. */
function outFolder({ out, quick, check, only, systems, scale, rounds, w7 }: Options): string {
  if (out !== null) return resolve(out)
  const isWhole = !quick && !check && only === null && systems === null && scale === 1
  if (isWhole && rounds >= 3 && w7 >= 10_000_000) return benchFolder
  return mkdtempSync(join(tmpdir(), 'millrace-bench-results-'))
}

function print({ sheet }: Bench): void {
  const cells = summarise(sheet)
  for (const name of new Set(cells.map(({ workload }) => workload))) {
    console.log(`\n${name}\n${workloadTable(cells, name)}`)
  }
  console.log()
  for (const { what, budget, measured, met } of judge(cells)) {
    if (met !== null) console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${measured} (${budget})`)
  }
  // a best peer that failed makes the others look better
  for (const { system, workload } of sheet.failures)
    console.log(`FAILED ${system} on ${workload}: no ratio above counts what it did not do`)
}

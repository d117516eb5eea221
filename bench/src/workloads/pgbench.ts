import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Bench } from '../bench.ts'
import { Watch } from '../server/databases.ts'

const run = promisify(execFile)

/** Clients at once: alone it shows what a commit costs, with 32 what commits share. */
const clients = [1, 8, 32]

/**
 * One INSERT a transaction, by pgbench: what a row for itself costs here. Skipped where it is not.
 */
export async function runPgbench(bench: Bench, workload: string): Promise<void> {
  const program = findPgbench()
  if (program === null) return console.log(`${workload}: there is no pgbench here`)
  const database = await bench.databases.create()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pgbench-'))
  try {
    const url = bench.databases.url(database)
    const watch = await Watch.open(url)
    await watch.query('create table t (id bigint generated always as identity primary key, v text)')
    await watch.close()
    const script = join(folder, 'insert.sql')
    writeFileSync(script, "insert into t (v) values ('a row with a little text in it');\n")
    const seconds = bench.options.quick || bench.options.scale < 1 ? 1 : 4
    for (const c of clients) {
      const args = ['-n', '-M', 'prepared', '-c', c, '-j', 2, '-T', seconds, '-f', script, url]
      const { stdout } = await run(program, args.map(String))
      const tps = Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
      const entry = { workload, system: `pgbench, ${c} clients`, round: 1, n: tps * seconds }
      bench.sheet.add({ ...entry, sample: { transactions_per_second: tps, seconds } })
      console.log(workload.padEnd(14), entry.system.padEnd(24), `${Math.round(tps)} inserts/s`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await bench.databases.drop(database)
  }
}

/** On the path, or where Debian keeps it. */
function findPgbench(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ]
  return folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path)) ?? null
}

import type { Command } from 'commander'
import { DATA_DIR } from '../connection.ts'
import type { DevOptions } from '../dev-session.ts'
import { wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { addSurroundingOptions } from '../surroundings.ts'
import { DEFAULT_GLOB } from '../workflow-files/glob.ts'

/** `millrace dev` */
export function devCommand(): Command {
  const command = makeCommand('dev', 'a database, a worker and your workflows, reloaded on save', [
    'millrace dev',
    "millrace dev --workflows 'src/**/*.workflow.ts'",
    'DATABASE_URL=postgresql://localhost/app millrace dev',
  ])
    .option('--workflows <glob>', 'files that export workflows, or are graphs', DEFAULT_GLOB)
    .option('--concurrency <n>', 'runs at work at once, 1 to 10000', wholeNumber(1, 10_000), 100)
    .option('--data-dir <folder>', 'where its own Postgres keeps its data', DATA_DIR)
  return addSurroundingOptions(command).action(async (options: DevOptions, command: Command) => {
    // the engine and the compiler of TypeScript are loaded only where they are used
    const { runDev } = await import('../dev-session.ts')
    await runDev(options, readSettings(command))
  })
}

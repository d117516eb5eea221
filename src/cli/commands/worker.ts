import { type Command, Option } from 'commander'
import { duration, list, wholeNumber } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { addSurroundingOptions } from '../surroundings.ts'
import type { WorkerProcessOptions } from '../worker-process.ts'
import { DEFAULT_GLOB } from '../workflow-files/glob.ts'

const migrateModes = '"auto" brings it up to date, "check" refuses an old one, "off" does neither'

/** `millrace worker` */
export function workerCommand(): Command {
  const command = makeCommand('worker', 'a worker for your workflows, for production', [
    'millrace worker',
    "millrace worker --workflows 'dist/workflows/*.js' --queues mail,default",
    'millrace worker --migrate off --health-port 9090',
    'millrace worker --all-tenants',
  ])
    .option('--workflows <glob>', 'files that export workflows, or are graphs', DEFAULT_GLOB)
    .option(
      '--queues <names>',
      'take runs of these queues only, commas between them (default: all)',
      list,
    )
    .option(
      '--graphs [names]',
      'run stored graphs: all (the default), or these, commas between',
      list,
    )
    .option('--no-graphs', 'run none')
    .option('--all-tenants', 'run what all tenants have; the workflows are for all of them')
  return addSurroundingOptions(command)
    .option('--concurrency <n>', 'runs at work at once, 1 to 10000', wholeNumber(1, 10_000), 100)
    .addOption(
      new Option('--lease <duration>', 'how long a dead worker goes unnoticed, 1 s to 1 h')
        .argParser(duration)
        .default(15_000, '15 s'),
    )
    .addOption(
      new Option(
        '--drain <duration>',
        'how long running steps may take to end at a stop, up to 1 h',
      )
        .argParser(duration)
        .default(30_000, '30 s'),
    )
    .option('--health-port <n>', 'serve /live, /ready and /metrics there', wholeNumber(0, 65_535))
    .addOption(
      new Option('--migrate <how>', `the schema at start: ${migrateModes}`)
        .choices(['auto', 'check', 'off'])
        .default('auto'),
    )
    .option('--until-idle', 'end when no run is ready; those that wait or sleep are left')
    .option('--watch', 'load workflows again when their files change')
    .action(async (options: WorkerProcessOptions, command: Command) => {
      // the engine and the compiler of TypeScript are loaded only where they are used
      const { runWorker } = await import('../worker-process.ts')
      await runWorker(options, readSettings(command))
    })
}

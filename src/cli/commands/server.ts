import { type Command, Option } from 'commander'
import type { Flags } from '../configuration/read-configuration.ts'
import { collect } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { givenGlobally, readSettings } from '../settings.ts'

/** As the command line says it: texts, so that all that is wrong is told at once. */
type Options = Flags & { printConfig?: boolean; worker: boolean }

/** `millrace server` */
export function serverCommand(): Command {
  return makeCommand('server', 'the HTTP API for all tenants, with a worker inside', [
    'millrace server',
    'millrace server --port 8080 --host 0.0.0.0 --self-registration false',
    "millrace server --workflows 'dist/workflows/*.js' --config production.yaml",
    'millrace server --print-config',
  ])
    .option('--port <n>', 'where it listens; 0 takes a free port (default: 3000)')
    .option('--host <address>', 'on which address (default: 127.0.0.1)')
    .option('--no-worker', 'others run what is started')
    .option('--workflows <glob>', 'files of workflows for all tenants; may be repeated', collect)
    .option('--concurrency <n>', 'runs at work at once (default: 100)')
    .option('--drain <duration>', 'for running steps at a stop (default: 30 s)')
    .option('--data-dir <folder>', 'of its own Postgres (default: ./.millrace/pg)')
    .option('--migrate <how>', 'the schema at start: auto, check or off (default: auto)')
    .option('--self-registration <bool>', 'whether anybody may make a tenant (default: locally)')
    .option('--log-level <level>', 'debug, info, warn or error (default: info)')
    .option('--http-allow <targets>', 'what http nodes may reach beside the public internet')
    .option('--statements <file>', 'SQL that sql nodes may run: YAML or JSON of names and texts')
    .addOption(
      new Option('--config <file>', 'settings as JSON or YAML')
        .env('MILLRACE_CONFIG')
        .default(undefined, './millrace.config.json or .yaml, if it is there'),
    )
    .option('--print-config', 'only show what is set, and where each is from')
    .action(async ({ printConfig, worker, ...options }: Options, command: Command) => {
      const { out } = readSettings(command)
      const { readConfiguration } = await import('../configuration/read-configuration.ts')
      const { checkParts } = await import('../server-parts.ts')
      const { env } = process
      const check = (values: Parameters<typeof checkParts>[0]) => checkParts(values, env)
      const read = await readConfiguration(
        { ...options, ...givenGlobally(command), worker: worker ? undefined : false },
        env,
        check,
      )
      if (printConfig) {
        const { printConfiguration } = await import('../configuration/print-configuration.ts')
        printConfiguration(read, out)
        for (const note of read.notes) out.note(note)
        return
      }
      const { runServer } = await import('../server-process.ts')
      await runServer(read, out)
    })
}

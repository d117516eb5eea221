import type { Command } from 'commander'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_PRIORITY } from '../../model/limits.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument, readJsonFile } from '../json-input.ts'
import { collect, duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { programName } from '../show/words.ts'
import { facts } from '../table.ts'
import { awaitRun } from './runs-wait.ts'

type Options = {
  inputFile?: string
  key?: string
  resource?: string
  tag?: string[]
  version?: string
  queue?: string
  priority?: number
  delay?: number
  runId?: string
  wait?: true | number
}

/** `millrace start` */
export function startCommand(): Command {
  return makeCommand('start', 'start a run of a workflow', [
    `millrace start order '{"orderId": 7}'`,
    `millrace start order '{"orderId": 7}' --key order-7 --tag eu --tag vip`,
    'millrace start import --input-file big.json --delay 5m',
    `generate-input | millrace start import - --wait '30 s'`,
    'id=$(millrace start order --quiet)',
  ])
    .argument('<workflow>', 'its id')
    .argument('[input]', 'JSON; - reads it from stdin')
    .option('--input-file <file>', 'read the input from a file')
    .option('--key <key>', 'idempotency key: the same key and input give the same run')
    .option('--resource <id>', 'what the run is about')
    .option('--tag <tag>', 'a tag; may be given several times', collect)
    .option('--version <version>', 'version of the workflow (default: the newest)')
    .option('--queue <name>', "queue (default: the workflow's)")
    .option('--priority <n>', 'higher first', wholeNumber(-MAX_PRIORITY, MAX_PRIORITY))
    .option('--delay <duration>', 'begin after this long', duration)
    .option('--run-id <uuid>', 'a UUID of your own')
    .option('--wait [timeout]', 'wait until it ends, and print its output', duration)
    .action(start)
}

async function start(
  workflowId: string,
  text: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const input = await readInput(text, options.inputFile)
  await withClient(settings, async (client) => {
    const { key, resource, tag, version, queue, priority, delay, runId } = options
    const run = await client.startWorkflow({
      workflowId,
      input,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(resource === undefined ? {} : { resourceId: resource }),
      ...(tag === undefined ? {} : { tags: tag }),
      ...(version === undefined ? {} : { version }),
      ...(queue === undefined ? {} : { queue }),
      ...(priority === undefined ? {} : { priority }),
      ...(delay === undefined ? {} : { delay }),
      ...(runId === undefined ? {} : { runId }),
    })
    await warnWithoutWorker(client, out)
    if (options.wait === undefined) return out.show(run, () => showStarted(run, out))
    await awaitRun(run, options.wait === true ? undefined : options.wait, out)
  })
}

async function readInput(text: string | undefined, file: string | undefined): Promise<unknown> {
  if (file === undefined) return readJsonArgument('input', text)
  if (text === undefined) return readJsonFile('input', file)
  throw new InvalidInputError('The input is given twice. Leave out --input-file or the argument.')
}

function showStarted(run: WorkflowRun, { paint, quiet }: Output): string {
  if (quiet) return run.id
  const head = `${paint('green', '✓')} started ${paint('bold', run.workflowId)} v${run.version}`
  const me = programName()
  return `${head}\n${facts([
    ['run', run.id],
    ['wait', paint('dim', `${me} runs wait ${run.id}`)],
    ['look', paint('dim', `${me} runs show ${run.id}`)],
  ])}`
}

/** The commonest reason why nothing happens. */
async function warnWithoutWorker(client: WorkflowClient, out: Output): Promise<void> {
  if (out.json || out.quiet || (await client.getWorkers()).length > 0) return
  out.note('No worker is alive now: the run waits until "millrace dev" or "millrace worker" runs.')
}

import type { Command } from 'commander'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { InvalidInputError, WorkflowNotFoundError } from '../../model/errors.ts'
import { MAX_PRIORITY } from '../../model/limits.ts'
import { nearest } from '../../model/nearest.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument, readJsonFile } from '../json-input.ts'
import { whyNotTaken } from '../not-taken.ts'
import { collect, duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ahead, localTime, paintStatus, programName, versionWord } from '../show/words.ts'
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
  startWithin?: number
  runId?: string
  signal?: string
  signalData?: string
  wait?: true | number
}

const priorities = wholeNumber(-MAX_PRIORITY, MAX_PRIORITY)

/** `millrace start` */
export function startCommand(): Command {
  return makeCommand('start', 'start a run of a workflow', [
    `millrace start order '{"orderId": 7}'`,
    `millrace start order '{"orderId": 7}' --key order-7 --tag eu --tag vip`,
    `millrace start cart '{"user": 3}' --key cart-3 --signal add --signal-data '{"sku": "a"}'`,
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
    .option('--priority <n>', `higher first, -${MAX_PRIORITY} to ${MAX_PRIORITY}`, priorities)
    .option('--delay <duration>', 'begin after this long', duration)
    .option('--start-within <duration>', 'fail if it has not begun in this time', duration)
    .option('--run-id <uuid>', 'a UUID of your own')
    .option('--signal <name>', 'a message to the run, whether it is new or there already')
    .option('--signal-data <json>', 'what the message brings; - reads it from stdin')
    .option(
      '--wait [timeout]',
      'wait until it ends (at most so long), and print its output',
      duration,
    )
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
  const signal = await readSignal(options)
  await withClient(settings, async (client) => {
    const { key, resource, tag, version, queue, priority, delay, startWithin, runId } = options
    const started = client.startWorkflow({
      workflowId,
      input,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(resource === undefined ? {} : { resourceId: resource }),
      ...(tag === undefined ? {} : { tags: tag }),
      ...(version === undefined ? {} : { version }),
      ...(queue === undefined ? {} : { queue }),
      ...(priority === undefined ? {} : { priority }),
      ...(delay === undefined ? {} : { delay }),
      ...(startWithin === undefined ? {} : { startWithin }),
      ...(runId === undefined ? {} : { runId }),
      ...(signal === null ? {} : { signal }),
    })
    const run = await started.catch(async (error: unknown) => {
      throw error instanceof WorkflowNotFoundError
        ? await suggest(error, workflowId, client)
        : error
    })
    const why = out.json || out.quiet ? null : await whyNotTaken(client, run)
    if (why !== null) out.note(why)
    const { existing } = run
    if (options.wait === undefined) {
      return out.show({ ...run, existing }, () => showStarted(run, out))
    }
    if (existing) out.note(`Run ${run.id} was there already, and is ${run.status}.`)
    await awaitRun(run, options.wait === true ? undefined : options.wait, out)
  })
}

async function readInput(text: string | undefined, file: string | undefined): Promise<unknown> {
  if (file === undefined) return readJsonArgument('input', text)
  if (text === undefined) return readJsonFile('input', file)
  throw new InvalidInputError('The input is given twice. Leave out --input-file or the argument.')
}

async function readSignal({ signal, signalData }: Options) {
  const data = await readJsonArgument('data of the signal', signalData)
  if (signal !== undefined) return { eventName: signal, data }
  if (signalData === undefined) return null
  throw new InvalidInputError('--signal-data needs the name of the signal: add --signal.')
}

/** The same error, with what the user may have meant. */
async function suggest(
  error: WorkflowNotFoundError,
  workflowId: string,
  client: WorkflowClient,
): Promise<WorkflowNotFoundError> {
  const known = await client.getWorkflows().catch(() => [])
  const versions = known.filter(({ id }) => id === workflowId).map(({ version }) => version)
  const meant = nearest(
    workflowId,
    known.map(({ id }) => id),
  )
  if (versions.length === 0 && meant.length === 0) return error
  const names = (versions.length > 0 ? versions : meant).map((name) => `"${name}"`).join(' or ')
  const hint =
    versions.length > 0 ? `It is registered in version ${names}.` : `Did you mean ${names}?`
  const what = error.message.replace(/(is not registered\.).*$/s, `$1 ${hint}`)
  return new WorkflowNotFoundError(what, { details: error.details, cause: error })
}

function showStarted(run: WorkflowRun, { paint, quiet }: Output): string {
  if (quiet) return run.id
  const name = `${paint('bold', run.workflowId)} ${versionWord(run.version)}`
  const status = run.existing ? `  ${paintStatus(run.status, paint)}` : ''
  const what = run.existing ? 'already there:' : 'started'
  const head = `${paint('green', '✓')} ${what} ${name}${status}`
  const me = programName()
  const { startsAt } = run
  const begins = startsAt && `${localTime(startsAt)}  ${paint('dim', ahead(startsAt))}`
  return `${head}\n${facts([
    ['run', run.id],
    ['begins', begins],
    ['wait', paint('dim', `${me} runs wait ${run.id}`)],
    ['look', paint('dim', `${me} runs show ${run.id}`)],
  ])}`
}

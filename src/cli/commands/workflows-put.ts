import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { WorkflowDocument } from '../../client/definitions.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { DefinitionError, InvalidInputError } from '../../model/errors.ts'
import { MAX_ATTEMPTS, MAX_PRIORITY } from '../../model/limits.ts'
import { withClient } from '../connection.ts'
import { readInputFile } from '../input-file.ts'
import { duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { programName } from '../show/words.ts'
import { problemLine } from '../workflow-files/documents.ts'

type Options = {
  version?: string
  queue?: string
  priority?: number
  retries?: number
  timeout?: number
}

const priorities = wholeNumber(-MAX_PRIORITY, MAX_PRIORITY)

/** `millrace workflows put` */
export function putWorkflowCommand(): Command {
  return makeCommand(
    'put',
    'store a workflow that is a document, a graph or a machine, JSON or YAML',
    [
      'millrace workflows put order.yaml',
      'millrace workflows put order.json --version 2 --queue slow',
      'generate-graph | millrace workflows put -',
    ],
  )
    .argument('<file>', 'of JSON or YAML; - reads it from stdin')
    .option('--version <version>', "its version (default: the document's, else of its content)")
    .option('--queue <name>', 'queue of its runs (default: default)')
    .option('--priority <n>', `higher first, -${MAX_PRIORITY} to ${MAX_PRIORITY}`, priorities)
    .option('--retries <n>', 'tries after the first, of each step', wholeNumber(0, MAX_ATTEMPTS))
    .option('--timeout <duration>', "of a whole run (default: the document's)", duration)
    .action(put)
}

async function put(file: string, options: Options, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  if (/\.[cm]?[jt]s$/.test(file)) {
    throw new InvalidInputError(
      `${file} is code, and only documents are stored, JSON or YAML. A worker makes known what is code; "millrace workflows compile" writes SQL that does so.`,
    )
  }
  const text = file === '-' ? await readAll(process.stdin) : await readInputFile(file)
  const { document, isMachine, warnings } = await read(text, file)
  for (const warning of warnings) out.note(`warning ${problemLine(file, warning)}`)
  await withClient(settings, async (client) => {
    const stored = await client
      .putWorkflow(document as unknown as WorkflowDocument, options)
      .catch(tellAll)
    const { id, version, created } = stored
    out.show(stored, () => {
      if (out.quiet) return version
      const what = created ? 'stored' : 'already stored'
      return `${out.paint('green', '✓')} ${what} ${id}  ${out.paint('dim', `version ${version}`)}`
    })
    if (!isMachine) await warnWithoutWorker(id, client, out)
  })
}

/** A graph or a machine, and what is likely to be a mistake in it. */
async function read(text: string, file: string) {
  const path = file === '-' ? undefined : file
  const { readMachineText } = await import('../../entity/load-machine.ts')
  const machine = readMachineText(text, path)
  if (machine) return { document: machine.document, isMachine: true, warnings: machine.notes }
  const { readDocument } = await import('../../graph/load-definition.ts')
  const document = await readDocument(text, path)
  const { inspectDocument } = await import('../../graph/inspect-document.ts')
  const { doubts } = inspectDocument(text)
  const warnings = doubts.map((doubt) => ({ ...doubt, code: 'UNKNOWN_FIELD' }))
  return { document, isMachine: false, warnings }
}

/** The message of the kernel names the first issue only. */
function tellAll(error: unknown): never {
  const issues = (error instanceof DefinitionError && error.issues) || []
  if (issues.length < 2) throw error
  const { code, details } = error as DefinitionError
  const lines = issues.map(({ message, path }) => `\n  ${path || 'the document'}: ${message}`)
  const message = `The document has ${issues.length} errors:${lines.join('')}`
  throw new DefinitionError(message, { code, details, issues, cause: error })
}

async function warnWithoutWorker(id: string, client: WorkflowClient, out: Output): Promise<void> {
  if (out.json || out.quiet) return
  const workers = await client.getWorkers()
  const takes = workers.some(({ graphs }) => graphs?.some((name) => name === '*' || name === id))
  if (takes) return
  out.note(`No worker takes stored graphs now. To run it:\n  ${programName()} worker --graphs`)
}

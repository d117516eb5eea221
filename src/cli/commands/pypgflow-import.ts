import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { WorkflowDocument } from '../../client/definitions.ts'
import type { ListedMachine } from '../../client/entity/list-machines.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { Machine } from '../../entity/machine.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { addTheirOptions, readTheirSettings } from '../entities/their-options.ts'
import { readInputFile } from '../input-file.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import type { Settings } from '../settings.ts'
import { versionWord } from '../show/words.ts'
import { facts } from '../table.ts'
import { problemLine } from '../workflow-files/documents.ts'

/** What was imported, or would be. */
type Imported = {
  /** Null: it would be, and has none yet. */
  readonly id: string | null
  readonly name: string
  readonly version: string
  readonly tenant: string
  readonly states: readonly string[]
  /** Each as `name: from → to`. */
  readonly transitions: readonly string[]
  /** False: that version was there, with the same content. */
  readonly created: boolean
}

/** `millrace import-workflow` */
export function importWorkflowCommand(): Command {
  return addTheirOptions(
    makeCommand('import-workflow', 'store a machine of states, of YAML or JSON', [
      'millrace import-workflow fraud_detection.yaml',
      'millrace import-workflow fraud_detection.yaml --dry-run',
    ]),
  )
    .argument('<file>', 'of YAML or JSON; - reads it from stdin')
    .option('--dry-run', 'only tell what would be made: no database is asked')
    .action(async (file: string, { dryRun }: { dryRun?: true }, command: Command) => {
      const settings = readTheirSettings(command)
      const { out } = settings
      const machine = await readMachine(file)
      for (const note of machine.notes) out.note(`warning ${problemLine(file, note)}`)
      const found = dryRun ? planned(machine, settings) : await store(machine, settings)
      out.show(found, () => show(found, dryRun ?? false, out))
    })
}

async function readMachine(file: string): Promise<Machine> {
  const text = file === '-' ? await readAll(process.stdin) : await readInputFile(file)
  const { isMachine } = await import('../../entity/document/read-machine.ts')
  const { makeMachine } = await import('../../entity/make-machine.ts')
  if (isMachine(text)) return makeMachine(text, file === '-' ? undefined : file)
  throw new InvalidInputError(
    `${file} is no machine: it has no states. "millrace workflows put" takes workflows of every kind.`,
    { details: { file } },
  )
}

function planned(machine: Machine, { tenant = 'default' }: Settings): Imported {
  const { id: name, version } = machine
  return { id: null, name, version, tenant, ...partsOf(machine), created: false }
}

async function store(machine: Machine, settings: Settings): Promise<Imported> {
  return withClient(settings, async (client) => {
    const document = JSON.parse(machine.document?.text as string) as WorkflowDocument
    const { version, created } = await client.putWorkflow(document)
    const { definitionId } = await findVersion(client, machine.id, version)
    return { ...planned(machine, settings), id: definitionId, created }
  })
}

async function findVersion(
  client: WorkflowClient,
  name: string,
  version: string,
): Promise<ListedMachine> {
  const all = await client.getMachines({ machine: name })
  return all.find((one) => one.version === version) as ListedMachine
}

/** The names in a machine, `*` spread as it will be. */
function partsOf(machine: Machine): Pick<Imported, 'states' | 'transitions'> {
  type Part = { name?: string; from: string | string[]; to: string }
  type Document = { states: { name: string }[]; transitions?: Part[] }
  const document = JSON.parse(machine.document?.text as string) as Document
  const transitions = (document.transitions ?? []).map(({ name, from, to }) => {
    const states = [from].flat().join(', ')
    return `${name ?? `transition_to_${to}`}: ${states === '*' ? 'any' : states} → ${to}`
  })
  return { states: document.states.map(({ name }) => name), transitions }
}

function show(found: Imported, dryRun: boolean, { paint, quiet, columns }: Output): string {
  const { id, name, version, tenant, states, transitions, created } = found
  if (quiet) return id ?? ''
  const what = dryRun ? 'would import' : created ? 'imported' : 'was there already:'
  const mark = dryRun ? paint('dim', '·') : paint('green', '✓')
  const all = transitions.length === 0 ? ['from each state to each other'] : transitions
  return `${mark} ${what} ${paint('bold', name)} ${versionWord(version)}\n${facts(
    [
      ['id', id],
      ['tenant', tenant],
      ['states', states.join(', '), 'sentence'],
      ...all.map((line, i) => [i === 0 ? 'transitions' : '', line] as const),
    ],
    columns,
  )}`
}

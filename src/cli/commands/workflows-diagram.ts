import type { Command } from 'commander'
import type { AnyMachine } from '../../entity/machine.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { listWords } from '../../model/text.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings, refuseJson, type Settings } from '../settings.ts'
import { definitionsOf } from '../workflow-files/given.ts'

type Options = { svg?: true; version?: string }

/** `millrace workflows diagram` */
export function diagramCommand(): Command {
  return makeCommand('diagram', 'print the picture of a machine: Mermaid, or SVG', [
    'millrace workflows diagram order.yaml',
    'millrace workflows diagram order --svg > order.svg',
    'millrace workflows diagram machines.ts ticket',
  ])
    .argument('<machine>', 'one that is stored; or a file, a document or code; - reads from stdin')
    .argument('[id]', 'of a file with several machines')
    .option('--svg', 'a picture that stands for itself (default: Mermaid)')
    .option('--version <version>', 'of one that is stored (default: the newest)')
    .action(async (given: string, id: string | undefined, options: Options, command: Command) => {
      const settings = readSettings(command)
      refuseJson(settings, 'diagram prints a picture')
      const machine = isFile(given)
        ? await machineOfFile(given, id)
        : await storedMachine(settings, given, options.version)
      // the library that lays out is loaded only where something is drawn
      const { toMermaid, toSvg } = await import('../../entity/index.ts')
      settings.out.print((options.svg ? toSvg(machine) : toMermaid(machine)).trimEnd())
    })
}

/** Names of machines may have points: only what ends like a file that is read, or has a folder, is one. */
function isFile(given: string): boolean {
  return given === '-' || /\/|\.(ya?ml|json|sql|[cm]?[jt]s)$/i.test(given)
}

async function machineOfFile(file: string, id: string | undefined): Promise<AnyMachine> {
  const all = (await definitionsOf(file)).filter(({ kind }) => kind === 'machine')
  const found = id === undefined ? all : all.filter((one) => one.id === id)
  const [machine] = found
  if (machine !== undefined && found.length === 1) return machine as AnyMachine
  const names = listWords(
    all.map((one) => one.id),
    'and',
  )
  if (machine !== undefined)
    throw new InvalidInputError(`${file} has ${names}. Name one of them behind the file.`)
  const others = all.length === 0 ? 'none at all' : names
  throw new InvalidInputError(
    `${file} has no machine${id === undefined ? '' : ` "${id}"`}: it has ${others}. Only machines have a picture.`,
  )
}

async function storedMachine(
  settings: Settings,
  workflowId: string,
  version: string | undefined,
): Promise<AnyMachine> {
  const which = version === undefined ? { workflowId } : { workflowId, version }
  const stored = await withClient(settings, (client) => client.getDefinition(which))
  if (stored.kind !== 'machine')
    throw new InvalidInputError(
      `Workflow "${workflowId}" is a ${stored.kind}. Only machines have a picture.`,
      { workflowId },
    )
  const { defineMachine } = await import('../../entity/index.ts')
  return defineMachine(JSON.stringify(stored.document))
}

import type { Json } from '../model/json.ts'
import type { MachineIssue, MachineNote } from './document/machine-document.ts'
import { checkMachine, isMachine } from './document/read-machine.ts'
import type { Machine } from './machine.ts'
import { makeMachine } from './make-machine.ts'

/**
 * What the text of a file is: a machine with its notes, or all that is wrong with it; null if it is not meant to be one.
 * @example const found = checkMachineText(text)
 */
export function checkMachineText(text: string): {
  machine: Machine | null
  problems: readonly MachineIssue[]
  notes: readonly MachineNote[]
} | null {
  if (!isMachine(text)) return null
  const { issues, notes } = checkMachine(text)
  return { machine: issues.length > 0 ? null : makeMachine(text), problems: issues, notes }
}

/**
 * The document of a machine, to store; null if the text is not meant to be one.
 * @param path of its file, as errors name it
 * @throws DefinitionError with every issue
 */
export function readMachineText(
  text: string,
  path?: string,
): { document: Json; notes: readonly MachineNote[] } | null {
  if (!isMachine(text)) return null
  const machine = makeMachine(text, path)
  return { document: JSON.parse(machine.document?.text as string) as Json, notes: machine.notes }
}

import { compileMachine, type MachineOptions } from './compile-machine.ts'
import type { Machine, ReadonlyJson, StateOptions, TransitionOptions } from './machine.ts'
import { makeMachine } from './make-machine.ts'

// of this one first: the compiler tells what is wrong by the last one
/**
 * A machine of a document: text of YAML or JSON with `workflow`, `states` and `transitions`. Problems have line and
 * column.
 * @throws DefinitionError (MR030) with every issue
 * @example const order = defineMachine(await readFile('order.yaml', 'utf8'))
 */
export function defineMachine(text: string): Machine
/**
 * States that belong to rows of a table, and the transitions between them. Written in TypeScript, names of states and of
 * options are checked when it is compiled; both ways make the same document.
 * @throws DefinitionError (MR030) with every issue of the document; InvalidInputError for options that there are not
 * @example const ticket = defineMachine({
 *   name: 'ticket', table: 'tickets',
 *   states: { open: { initial: true }, closed: { final: true } },
 *   transitions: { close: { from: 'open', to: 'closed', reasonRequired: true } },
 * })
 */
export function defineMachine<S extends string, T extends string>(options: {
  readonly name: string
  /** Default '1'; another content must be another version. */
  readonly version?: string
  /** The table of the rows: the default of starts. */
  readonly table?: string
  readonly metadata?: { readonly [key: string]: ReadonlyJson }
  // by their names alone: what they have is checked field by field, so that a misspelled one does not compile
  readonly states: Readonly<Record<S, StateOptions>>
  /** Empty: each state that is not final leads to each other one. */
  readonly transitions: Readonly<Record<T, TransitionOptions<NoInfer<S>, NoInfer<T>>>>
}): Machine<S, T>
export function defineMachine(given: string | MachineOptions): Machine {
  return makeMachine(typeof given === 'string' ? given : compileMachine(given))
}

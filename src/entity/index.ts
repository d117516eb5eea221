/**
 * `millrace/entity`: machines of states and transitions that belong to rows of your own tables. See
 * docs/entity-machines.md.
 * @module
 */
export type {
  Entity,
  EntityInstance,
  HistoryEntry as AuditEntry,
  TransitionRequest,
} from '../client/entity/entity.ts'
export type { StateOf, TransitionOf } from '../definition/machine.ts'
export { defineMachine } from './define-machine.ts'
export { toMermaid } from './diagram/mermaid.ts'
export { toSvg } from './diagram/svg.ts'
export type { MachineDocument, MachineIssue, MachineNote } from './document/machine-document.ts'
export { validateMachine } from './document/read-machine.ts'
export type {
  Action,
  AnyMachine,
  Machine,
  StateOptions,
  TransitionOptions,
} from './machine.ts'

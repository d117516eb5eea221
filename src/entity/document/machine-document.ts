import type { Json } from '../../model/json.ts'
import type { machineIssueCodes, machineNoteCodes } from './issue-codes.ts'

type JsonObject = { [key: string]: Json }

/** A machine as data: what YAML, JSON and SQL say, and what `defineMachine({...})` compiles to. */
export type MachineDocument = {
  $schema?: string
  workflow: {
    name: string
    /** Default '1'. */
    version?: string
    /** Of the rows whose states these are: the default of starts. */
    table?: string
    metadata?: JsonObject
  }
  states: MachineState[]
  /** Without any, each state that is not final leads to each other one. */
  transitions?: MachineTransition[]
}

export type MachineState = {
  name: string
  initial?: boolean
  final?: boolean
  metadata?: JsonObject
  on_enter?: MachineAction[]
  on_leave?: MachineAction[]
  /** How long an entity should be in it at most; a bare number is seconds. */
  sla?: number | string
}

export type MachineTransition = {
  from: string | string[]
  to: string
  /** Default 'transition_to_' and the state. */
  name?: string
  conditions?: string | JsonObject
  /** For the application; nothing of it is enforced. */
  context?: JsonObject
  metadata?: JsonObject
  /** It moves by itself, so long after the state was entered; a bare number is seconds. */
  after?: number | string
  requires_role?: string | string[]
  /** True, or the transitions of which nobody may do this one too. */
  four_eyes?: boolean | string | string[]
  reason_required?: boolean
  actions?: MachineAction[]
}

/** What is done in the commit of a transition: one of the three. */
export type MachineAction = {
  start?: string
  input?: Json
  signal?: string
  run_id?: string
  data?: Json
  webhook?: string
}

/** What is wrong with the document of a machine, and where. */
export type MachineIssue = {
  readonly code: keyof typeof machineIssueCodes
  readonly message: string
  /** JSON pointer of the value. */
  readonly pointer: string
  /** Of a text, from 1. */
  readonly line?: number
  readonly column?: number
  readonly details?: { readonly [key: string]: Json }
}

/** What is worth knowing of a machine that is right. */
export type MachineNote = {
  readonly code: keyof typeof machineNoteCodes
  readonly message: string
  readonly pointer: string
  readonly line?: number
  readonly column?: number
}

import type { Startable } from '../definition/startable.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { StartOptions } from './starter.ts'

/** A start that names everything, its options beside the input or in `options`. */
export type StartByName = {
  workflowId: string
  input: unknown
  options?: StartOptions
} & StartOptions

export function isByName(first: unknown): first is StartByName {
  return typeof first === 'object' && first !== null && 'workflowId' in first
}

/** @throws InvalidInputError for what is neither a definition nor a reference */
export function checkStartable(workflow: unknown): void {
  if (typeof (workflow as Startable | null | undefined)?.id === 'string') return
  throw new InvalidInputError(
    'startWorkflow was given no workflow. Give a definition or reference and its input, or { workflowId, input }.',
  )
}

export function byName(p: StartByName): {
  workflow: Startable
  input: unknown
  options: StartOptions
} {
  const { workflowId, input, options, ...rest } = p
  return { workflow: { id: workflowId }, input, options: { ...options, ...rest } }
}

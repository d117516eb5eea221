// What both clients, over the database and over HTTP, are asked for: this file needs nothing of Node.
import type { AnyMachineRef } from '../../definition/machine.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { MAX_ENTITY_ID } from '../../model/limits.ts'
import { checkName, checkText } from '../../model/names.ts'
import type { OptionNames } from '../../model/options.ts'
import { describeValue } from '../../model/text.ts'
import type { Asker, StartEntity, TransitionQuery, TransitionRequest } from './entity.ts'

/** Which entity of a machine, where the instance is not known. */
export type EntityName = { machine: string; table: string | undefined; entityId: string }

export const askerNames: OptionNames<Asker> = { by: true, claimedBy: true, roles: true }
export const queryNames: OptionNames<TransitionQuery> = {
  ...askerNames,
  ...{ notes: true, context: true, metadata: true },
}
export const startNames: OptionNames<StartEntity> = {
  ...askerNames,
  ...{ metadata: true, notes: true, context: true, version: true },
  ...{ ifExists: true, idempotencyKey: true, tx: true },
}
export const requestNames: OptionNames<TransitionRequest> = {
  ...askerNames,
  ...{ notes: true, context: true, metadata: true, set: true, expectedState: true },
  ...{ idempotencyKey: true, tx: true },
}

/** @throws InvalidInputError if it is something else */
export function checkMachine(machine: AnyMachineRef): AnyMachineRef {
  if (typeof machine === 'object' && machine !== null && machine.kind === 'machine') return machine
  throw new InvalidInputError(
    `${describeValue(machine)} is no machine. Give what defineMachine made, or the name of one.`,
  )
}

/** @throws InvalidInputError */
export function checkEntityName(machine: string, entityId: unknown, table: unknown): EntityName {
  return {
    machine: checkName('machine', machine),
    entityId: checkText('entityId', entityId, MAX_ENTITY_ID),
    table: table === undefined ? undefined : checkText('table', table, MAX_ENTITY_ID),
  }
}

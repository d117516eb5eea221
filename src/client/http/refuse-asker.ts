import { InvalidInputError } from '../../model/errors.ts'

/**
 * Who asks, and its roles, are said by the key or token, and by nothing else.
 * @throws InvalidInputError (MR003)
 */
export function refuseAsker(what: string, options: { by?: unknown; roles?: unknown }): void {
  for (const name of ['by', 'roles'] as const) {
    if (options[name] === undefined) continue
    throw new InvalidInputError(
      `${what} was given "${name}": over HTTP who asks, and its roles, are those of the key or token. Leave it out, and say who it is for as claimedBy; or use a WorkflowClient, which is connected to the database.`,
      { code: 'MR003', details: { option: name } },
    )
  }
}

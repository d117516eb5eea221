import type { Command } from 'commander'
import type { Fields } from '../../client/entity/entity.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { userName } from '../commands/runs-control.ts'
import { readJsonArgument } from '../json-input.ts'
import { collect } from '../option-values.ts'

/** Who does something, as options say it. */
export type WhoFlags = { by?: string; executedBy?: string; role?: string[] }

/** What goes into the trail beside that. */
export type NoteFlags = { notes?: string; context?: string; metadata?: string }

/** Adds options that say who does it. @param claims whether somebody else may be named beside them */
export function addWho(command: Command, what: { roles: boolean; claims: boolean }): Command {
  command.option('--by <who>', 'who does it, for the trail (default: your user name)')
  if (what.claims) command.option('--executed-by <who>', 'who you say that it is for; not checked')
  if (what.roles)
    command.option('--role <role>', 'a role of who does it; may be given several times', collect)
  return command
}

/** Adds options for what goes into the trail. @param metadata what that is of */
export function addNotes(command: Command, metadata: string): Command {
  return command
    .option('--notes <text>', 'why, for the trail')
    .option(
      '--context <json>',
      'an object, for the trail and for conditions; - reads it from stdin',
    )
    .option('--metadata <json>', `an object: ${metadata}; - reads it from stdin`)
}

/** Whoever reaches the database without a server is believed, and is their user name unless they say otherwise. */
export function whoOf({ by, executedBy, role }: WhoFlags) {
  return {
    by: by ?? userName(),
    ...(executedBy === undefined ? {} : { claimedBy: executedBy }),
    ...(role === undefined ? {} : { roles: role }),
  }
}

/** @throws InvalidInputError for what is no object of JSON */
export async function notesOf({ notes, context, metadata }: NoteFlags) {
  return {
    ...(notes === undefined ? {} : { notes }),
    ...(await readFields('context', context)),
    ...(await readFields('metadata', metadata)),
  }
}

/** An object of JSON under its name; nothing where there is none. @throws InvalidInputError */
export async function readFields<Name extends string>(
  name: Name,
  text: string | undefined,
): Promise<{ [key in Name]?: Fields }> {
  const value = await readJsonArgument(name, text)
  if (value === undefined) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { [name]: value as Fields } as { [key in Name]?: Fields }
  throw new InvalidInputError(`The ${name} must be an object of JSON, as '{"amount": 90}'.`)
}

import type { Command } from 'commander'
import { withClient } from '../connection.ts'
import { entityPlace, PLACE, type Target } from '../entities/entity-place.ts'
import {
  addNotes,
  addWho,
  type NoteFlags,
  notesOf,
  readFields,
  type WhoFlags,
  whoOf,
} from '../entities/options.ts'
import { showStartedEntity, startEntity } from '../entities/start-entity.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showTransitioned } from '../show/entities-view.ts'

type StartFlags = WhoFlags &
  NoteFlags & { table?: string; version?: string; key?: string; reuse?: true }

/** `millrace entities start` */
export function startEntityCommand(): Command {
  const command = makeCommand('start', 'put an entity into the initial state of a machine', [
    `millrace entities start order 17 --metadata '{"amount": 90}'`,
    'millrace entities start order 17 --table eu_orders --reuse',
  ])
    .argument('<machine>', 'its name')
    .argument('<entity-id>', 'of the row of your table')
    .option('--table <name>', "of the row (default: what the machine's document says)")
    .option('--version <version>', 'of the machine (default: that put last)')
    .option('--key <key>', 'idempotency key: the same again is the same start')
    .option('--reuse', 'a live instance that is there already will do')
  return addNotes(
    addWho(command, { roles: true, claims: true }),
    'what is known of the entity',
  ).action(async (machine: string, entityId: string, flags: StartFlags, own: Command) => {
    const settings = readSettings(own)
    const { table, version, key, reuse } = flags
    const options = {
      ...{ ...whoOf(flags), ...(await notesOf(flags)) },
      ...(version === undefined ? {} : { version }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(reuse ? { ifExists: 'return' as const } : {}),
    }
    const which = { machine, entityId, table }
    const started = await withClient(settings, (client) => startEntity(client, which, options))
    settings.out.show(started, () => showStartedEntity(which, started, settings.out))
  })
}

type MoveFlags = WhoFlags &
  NoteFlags & { table?: string; to?: string; set?: string; expectedState?: string; key?: string }

/** `millrace entities transition` */
export function transitionCommand(): Command {
  const command = makeCommand('transition', 'move an entity to another state', [
    'millrace entities transition order/17 pay',
    `millrace entities transition order/17 ship --role packer --context '{"tracking": "1Z"}'`,
    'millrace entities transition <id> --to cancelled --notes "asked by phone"',
  ])
    .argument('<entity>', PLACE)
    .argument('[transition]', 'its name')
    .option('--to <state>', 'the first transition that leads there, instead of its name')
    .option('--table <name>', "of the row (default: what the machine's document says)")
    .option('--expected-state <state>', 'do nothing if it is in another state')
    .option('--set <json>', "an object that is merged into the entity's own metadata")
    .option('--key <key>', 'idempotency key: the same again does nothing, and tells what was done')
  return addNotes(addWho(command, { roles: true, claims: true }), 'kept in the trail').action(
    async (text: string, name: string | undefined, flags: MoveFlags, own: Command) => {
      const settings = readSettings(own)
      const { table, expectedState, key } = flags
      const target = targetOf(name, flags.to, own)
      const request = {
        ...{ ...whoOf(flags), ...(await notesOf(flags)), ...(await readFields('set', flags.set)) },
        ...(expectedState === undefined ? {} : { expectedState }),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      }
      const done = await withClient(settings, async (client) =>
        entityPlace(client, text, table).transition(target, request),
      )
      settings.out.show(done, () => showTransitioned(done, settings.out))
    },
  )
}

function targetOf(name: string | undefined, to: string | undefined, command: Command): Target {
  if (name !== undefined && to === undefined) return { name }
  if (to !== undefined && name === undefined) return { toState: to }
  return command.error('Give the name of the transition, or --to with a state; one of the two.')
}

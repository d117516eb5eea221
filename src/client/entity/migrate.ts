import { type MigrationJson, migrateEntities } from '../../kernel/entity-reads.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { checkName } from '../../model/names.ts'
import { checkOptionNames, type OptionNames } from '../../model/options.ts'
import { describeValue } from '../../model/text.ts'
import type { Session } from '../session.ts'
import { untilHeard } from '../until-heard.ts'
import type { EntityMigration, MigrateEntities } from './reports.ts'
import { encodeAsker } from './requests.ts'

const names: OptionNames<MigrateEntities> = {
  ...{ machine: true, fromVersion: true, toVersion: true, mapping: true },
  ...{ dryRun: true, by: true, claimedBy: true, notes: true },
}

/**
 * Goes on in steps until none is left on the old version. A step that is sent again after a lost reply moves what is
 * left: what was moved is not on the old version any more.
 */
export async function migrate(session: Session, p: MigrateEntities): Promise<EntityMigration> {
  checkOptionNames('migrateEntities', p, names)
  const machine = checkName('machine', p.machine)
  const versions = {
    from: checkName('fromVersion', p.fromVersion),
    to: checkName('toVersion', p.toVersion),
  }
  const mapping = checkMapping(p.mapping ?? {})
  const { by, rest } = encodeAsker({ by: p.by, claimedBy: p.claimedBy })
  const step = (cursor: string | null) =>
    untilHeard(() =>
      migrateEntities(
        session.db,
        machine,
        versions,
        mapping,
        session.options({ dry_run: p.dryRun, by, ...rest, notes: p.notes, cursor }),
      ),
    )
  const total = new Map<string, EntityMigration['states'][number]>()
  let migrated = 0
  for (let cursor: string | null = null; ; ) {
    const done: MigrationJson = await step(cursor)
    for (const one of done.states) add(total, one)
    migrated += done.migrated
    cursor = done.cursor
    if (cursor === null)
      return { states: [...total.values()], migrated, remaining: done.remaining ?? 0 }
  }
}

function add(
  total: Map<string, EntityMigration['states'][number]>,
  one: EntityMigration['states'][number],
): void {
  const known = total.get(one.from)
  if (known) known.count += one.count
  else total.set(one.from, { ...one })
}

/** @throws InvalidInputError */
function checkMapping(mapping: unknown): object {
  if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping))
    throw new InvalidInputError(
      `mapping ${describeValue(mapping)} is not an object of states. Write { old: 'new' }.`,
    )
  for (const [from, to] of Object.entries(mapping)) {
    checkName('a state of the mapping', from)
    checkName('a state of the mapping', to)
  }
  return mapping
}

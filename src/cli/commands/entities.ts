import type { Command } from 'commander'
import { makeCommand } from '../program.ts'
import { countsCommand, slaBreachesCommand, timesCommand } from './entities-counts.ts'
import { getEntityCommand, listEntitiesCommand } from './entities-list.ts'
import { migrateEntitiesCommand } from './entities-migrate.ts'
import { startEntityCommand, transitionCommand } from './entities-move.ts'
import { historyCommand, transitionsCommand, verifyCommand } from './entities-trail.ts'

/** `millrace entities …` */
export function entitiesCommand(): Command {
  const entities = makeCommand('entities', 'rows of your tables in machines of states', [
    `millrace entities start order 17 --metadata '{"amount": 90}'`,
    'millrace entities transitions order/17',
    'millrace entities transition order/17 pay --notes "paid by card"',
    'millrace entities history order/17',
  ])
  entities.commandsGroup('See:')
  entities.addCommand(listEntitiesCommand(), { isDefault: true })
  entities.addCommand(getEntityCommand())
  entities.addCommand(transitionsCommand())
  entities.addCommand(historyCommand())
  entities.addCommand(verifyCommand())
  entities.addCommand(countsCommand())
  entities.addCommand(timesCommand())
  entities.addCommand(slaBreachesCommand())
  entities.commandsGroup('Move:')
  entities.addCommand(startEntityCommand())
  entities.addCommand(transitionCommand())
  entities.addCommand(migrateEntitiesCommand())
  return entities
}

import type { Command } from 'commander'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { InvalidInputError, WorkflowNotFoundError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { addWho, readFields, type WhoFlags, whoOf } from '../entities/options.ts'
import { showStartedEntity, startEntity } from '../entities/start-entity.ts'
import { addTheirOptions, readTheirSettings } from '../entities/their-options.ts'
import { makeCommand } from '../program.ts'
import { programName } from '../show/words.ts'

type Flags = WhoFlags & {
  entityTable?: string
  entityId?: string
  workflowName?: string
  workflowId?: string
  metadata?: string
}

/** What is started, and for which row. */
type Start = { table: string; entityId: string; name?: string; id?: string; metadata?: string }

/** `millrace start-workflow` */
export function startWorkflowCommand(): Command {
  return startCommand('start-workflow', 'put an entity into a machine, by the name of that', [
    'millrace start-workflow transactions 12345 fraud_detection',
    'millrace start-workflow --entity-table transactions --entity-id 12345 --workflow-name fraud_detection',
  ])
    .argument('[workflow-name]', 'of the machine')
    .option('--workflow-name <name>', 'the same')
    .option('--workflow-id <id>', 'of one of its versions, as list-workflows shows it')
    .action(
      async (
        table: string | undefined,
        entityId: string | undefined,
        name: string | undefined,
        flags: Flags,
        command: Command,
      ) => {
        const start = readStart([table, entityId], flags, command)
        const given = once('workflow-name', name, flags.workflowName, command)
        if ((given === undefined) === (flags.workflowId === undefined))
          command.error('Give the name of the workflow, or --workflow-id; one of the two.')
        await run({ ...start, name: given, id: flags.workflowId }, flags, command)
      },
    )
}

/** `millrace start-workflow-by-id` */
export function startWorkflowByIdCommand(): Command {
  return startCommand('start-workflow-by-id', 'put an entity into a version of a machine', [
    'millrace start-workflow-by-id transactions 12345 <workflow-id>',
  ])
    .argument('[workflow-id]', 'of the version, as list-workflows shows it')
    .option('--workflow-id <id>', 'the same')
    .action(
      async (
        table: string | undefined,
        entityId: string | undefined,
        id: string | undefined,
        flags: Flags,
        command: Command,
      ) => {
        const start = readStart([table, entityId], flags, command)
        const given = once('workflow-id', id, flags.workflowId, command)
        if (given === undefined)
          command.error('Give the id of the workflow: list-workflows shows it.')
        await run({ ...start, id: given as string }, flags, command)
      },
    )
}

function startCommand(verb: string, description: string, examples: string[]): Command {
  const command = addTheirOptions(makeCommand(verb, description, examples))
    .argument('[entity-table]', 'the table of the row')
    .argument('[entity-id]', 'of the row')
    .option('--entity-table <name>', 'the same')
    .option('--entity-id <id>', 'the same')
    .option('--metadata <json>', 'an object: what is known of the entity; - reads it from stdin')
  return addWho(command, { roles: false, claims: true })
}

function readStart(
  [table, entityId]: readonly [string | undefined, string | undefined],
  flags: Flags,
  command: Command,
): Start {
  const [of, id] = [
    once('entity-table', table, flags.entityTable, command),
    once('entity-id', entityId, flags.entityId, command),
  ]
  if (of === undefined || id === undefined)
    command.error('Give the table and the id of the entity: "start-workflow orders 17 order".')
  const { metadata } = flags
  const start = { table: of as string, entityId: id as string }
  return metadata === undefined ? start : { ...start, metadata }
}

/** What is given by its place or by its flag. */
function once(
  name: string,
  placed: string | undefined,
  flag: string | undefined,
  command: Command,
): string | undefined {
  if (placed !== undefined && flag !== undefined)
    command.error(`The ${name} is given twice: leave out --${name}, or give all by flags.`)
  return placed ?? flag
}

async function run(
  start: Omit<Start, 'name' | 'id'> & { name?: string | undefined; id?: string | undefined },
  flags: Flags,
  command: Command,
): Promise<void> {
  const settings = readTheirSettings(command)
  const { out } = settings
  const { table, entityId, name, id } = start
  const options = { ...whoOf(flags), ...(await readFields('metadata', start.metadata)) }
  await withClient(settings, async (client) => {
    const of = id === undefined ? { machine: name as string } : await findById(client, id)
    const which = { machine: of.machine, entityId, table }
    const version = 'version' in of ? { version: of.version } : {}
    const started = await startEntity(client, which, { ...options, ...version })
    const json = { instance_id: started.id, state: started.state, started: started.started }
    out.show(json, () => showStartedEntity(which, started, out))
  })
}

/** The version of an id. @throws InvalidInputError, WorkflowNotFoundError */
async function findById(client: WorkflowClient, id: string) {
  const [found] = await client.getMachines({ definitionId: id })
  if (found !== undefined) return { machine: found.machine, version: found.version }
  const hint = `"${programName()} list-workflows" shows the ids.`
  if (!/^[0-9a-f-]{36}$/i.test(id))
    throw new InvalidInputError(`"${id}" is not the id of a workflow, a UUID. ${hint}`)
  throw new WorkflowNotFoundError(`There is no machine with the id "${id}". ${hint}`, {
    details: { workflow_id: id },
  })
}

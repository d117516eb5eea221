import type { Command } from 'commander'
import type { EntityInstance } from '../../client/entity/entity.ts'
import type { ListedMachine } from '../../client/entity/list-machines.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { withClient } from '../connection.ts'
import { entityPlace, PLACE } from '../entities/entity-place.ts'
import {
  addNotes,
  addWho,
  type NoteFlags,
  notesOf,
  type WhoFlags,
  whoOf,
} from '../entities/options.ts'
import { addTheirOptions, readTheirSettings } from '../entities/their-options.ts'
import {
  theirHistory,
  theirInstance,
  theirTransition,
  theirWorkflow,
} from '../entities/their-shapes.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { showEntities, showHistory, showTransitioned } from '../show/entities-view.ts'
import { ago, programName } from '../show/words.ts'
import { table } from '../table.ts'

/** `millrace list-workflows` */
export function listWorkflowsCommand(): Command {
  return addTheirOptions(
    makeCommand('list-workflows', 'the machines of states, every version, with their ids', [
      'millrace list-workflows',
      'millrace list-workflows --json',
    ]),
  ).action(async (_flags: object, command: Command) => {
    const settings = readTheirSettings(command)
    const { out } = settings
    const machines = await withClient(settings, (client) => client.getMachines())
    out.show(machines.map(theirWorkflow), () =>
      machines.length === 0 ? '' : showMachines(machines, out),
    )
    if (machines.length === 0)
      out.note(`No machine. To store one:\n  ${programName()} import-workflow <file>`)
  })
}

function showMachines(machines: readonly ListedMachine[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return machines.map(({ definitionId }) => definitionId).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<ListedMachine>(
    [
      { heading: dim('ID'), cell: ({ definitionId }) => definitionId },
      { heading: dim('WORKFLOW'), cell: ({ machine }) => machine },
      { heading: dim('VERSION'), cell: ({ version }) => version },
      {
        heading: dim('ACTIVE'),
        cell: ({ active }) => (active ? paint('green', '✓') : paint('yellow', 'no')),
      },
      { heading: dim('STATES'), cell: ({ states }) => String(states), align: 'right', spare: 1 },
      {
        heading: dim('TRANSITIONS'),
        cell: ({ transitions }) => String(transitions),
        ...{ align: 'right', spare: 2 },
      },
      { heading: dim('STORED'), cell: ({ createdAt }) => ago(createdAt), spare: 3 },
    ],
    machines,
    columns,
  )
}

type ListFlags = {
  entityTable?: string
  entityId?: string
  workflowName?: string
  state?: string
  limit: number
}

/** `millrace list-instances` */
export function listInstancesCommand(): Command {
  return addTheirOptions(
    makeCommand('list-instances', 'entities in machines, the newest first', [
      'millrace list-instances --workflow-name fraud_detection --state investigating',
      'millrace list-instances --entity-table transactions --json',
    ]),
  )
    .option('--workflow-name <name>', 'in this machine')
    .option('--state <state>', 'in this state')
    .option('--entity-table <name>', 'of this table')
    .option('--entity-id <id>', 'of this row of a table')
    .option('--limit <n>', 'at most so many, 1 to 10,000', wholeNumber(1, 10_000), 50)
    .action(async (flags: ListFlags, command: Command) => {
      const settings = readTheirSettings(command)
      const { out } = settings
      const { items, more } = await withClient(settings, (client) => list(client, flags))
      out.show(items.map(theirInstance), () => (items.length === 0 ? '' : showEntities(items, out)))
      if (items.length === 0) out.note('No instance.')
      if (more) out.note(`There are more: raise --limit, or "${programName()} entities list".`)
    })
}

/** Pages, until there are as many as are wanted. */
async function list(
  client: WorkflowClient,
  { entityTable, entityId, workflowName, state, limit }: ListFlags,
): Promise<{ items: EntityInstance[]; more: boolean }> {
  const filter = {
    ...(entityTable === undefined ? {} : { table: entityTable }),
    ...(entityId === undefined ? {} : { entityId }),
    ...(workflowName === undefined ? {} : { machine: workflowName }),
    ...(state === undefined ? {} : { state }),
  }
  const items: EntityInstance[] = []
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<WorkflowClient['getEntities']>> = await client.getEntities({
      ...{ ...filter, limit: Math.min(limit - items.length, 100), startingAfter: after },
    })
    items.push(...page.items)
    after = page.nextCursor
    if (after === null || items.length >= limit) return { items, more: after !== null }
  }
}

/** `millrace transition` */
export function transitionVerb(): Command {
  const command = addTheirOptions(
    makeCommand('transition', 'move an instance to another state', [
      'millrace transition <id> investigating',
      `millrace transition <id> investigating --executed-by analyst1 --context '{"priority": "high"}' --notes "velocity check"`,
    ]),
  )
    .argument('<instance>', PLACE)
    .argument('<to-state>', 'the state')
  return addNotes(addWho(command, { roles: true, claims: true }), 'kept in the trail').action(
    async (text: string, toState: string, flags: WhoFlags & NoteFlags, own: Command) => {
      const settings = readTheirSettings(own)
      const { out } = settings
      const request = { ...whoOf(flags), ...(await notesOf(flags)) }
      const done = await withClient(settings, async (client) =>
        entityPlace(client, text).transition({ toState }, request),
      )
      out.show(theirTransition(done), () => showTransitioned(done, out))
    },
  )
}

/** `millrace history` */
export function historyVerb(): Command {
  return addTheirOptions(
    makeCommand('history', 'what happened to an instance, and who did it', [
      'millrace history <id>',
      'millrace history <id> --json',
    ]),
  )
    .argument('<instance>', PLACE)
    .option('--details', 'with contexts and metadata')
    .action(async (text: string, { details = false }: { details?: boolean }, command: Command) => {
      const settings = readTheirSettings(command)
      const { out } = settings
      const [rows, id] = await withClient(settings, async (client) => {
        const place = entityPlace(client, text)
        return [await place.history(), (await place.get()).id] as const
      })
      out.show(
        rows.map((row) => theirHistory(row, id)),
        () => showHistory(rows, { details }, out),
      )
    })
}

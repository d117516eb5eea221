import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { BulkOperation, BulkOptions } from '../client/bulk-operations.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_BULK_RATE } from '../model/limits.ts'
import { withClient } from './connection.ts'
import { collect, wholeNumber } from './option-values.ts'
import type { Settings } from './settings.ts'
import { showBulk } from './show/bulk-view.ts'
import { parseWhere } from './where.ts'

/** Between two looks at an operation that is waited for. */
const LOOK_MS = 300

/** The options by which a command that steers one run steers many. */
export type ManyOptions = {
  where?: string[]
  dryRun?: boolean
  perSecond?: number
  wait?: boolean
}

/** Lets a command take a filter in the place of a run's id. */
export function forMany(command: Command): Command {
  return command
    .option(
      '--where <part>',
      'all runs that are so, as workflow=order; several times: all of it',
      collect,
    )
    .option('--dry-run', 'with --where: count and sample them, and change nothing')
    .option('--per-second <n>', 'with --where: so many a second', wholeNumber(1, MAX_BULK_RATE))
    .option('--wait', 'with --where: until all is done')
}

/**
 * Whether a command is about many runs.
 * @throws InvalidInputError if it was given both an id and a filter, or neither
 */
export function isForMany(runId: string | undefined, options: ManyOptions): boolean {
  const { where = [], dryRun, perSecond, wait } = options
  if (runId !== undefined && where.length > 0)
    throw new InvalidInputError('Give the id of a run, or --where for many, not both.')
  if (runId === undefined && where.length === 0)
    throw new InvalidInputError('Give the id of a run, or say by --where which runs are meant.')
  if (runId !== undefined && (dryRun ?? perSecond ?? wait) !== undefined)
    throw new InvalidInputError('--dry-run, --per-second and --wait go with --where.')
  return where.length > 0
}

/** Starts the operation, waits for it if that was asked for, and shows it. */
export async function steerMany(
  settings: Settings,
  options: ManyOptions & { by?: string },
  start: (client: WorkflowClient, options: BulkOptions) => Promise<BulkOperation>,
): Promise<void> {
  const { where = [], dryRun, perSecond, wait, by } = options
  await withClient(settings, async (client) => {
    const begun = await start(client, {
      where: parseWhere(where),
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(perSecond === undefined ? {} : { perSecond }),
      ...(by === undefined ? {} : { by }),
    })
    showBulk(wait ? await endOfBulk(client, begun) : begun, settings.out)
  })
}

/**
 * An operation for which it is no fault that there is nothing to do, because it may be done every night: then
 * it gives what a dry run does.
 */
export async function orNothing(
  start: (dryRun: boolean) => Promise<BulkOperation>,
  dryRun: boolean,
): Promise<BulkOperation> {
  try {
    return await start(dryRun)
  } catch (error) {
    if (dryRun || !(error instanceof InvalidInputError) || error.code !== 'MR004') throw error
    // a filter that is too wide is refused again
    const found = await start(true)
    if (found.matched > 0) throw error
    return found
  }
}

/** The operation, once it is through. */
export async function endOfBulk(
  client: WorkflowClient,
  operation: BulkOperation,
): Promise<BulkOperation> {
  let now = operation
  while (now.status === 'running' && now.id !== null) {
    await pause(LOOK_MS)
    now = await client.bulk.get(now.id)
  }
  return now
}

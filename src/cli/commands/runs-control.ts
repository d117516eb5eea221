import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { BulkOperation, BulkOptions } from '../../client/bulk-operations.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { WorkflowRun } from '../../client/workflow-run.ts'
import { IllegalMoveError } from '../../model/errors.ts'
import { isTerminal } from '../../model/status.ts'
import { forMany, isForMany, type ManyOptions, steerMany } from '../bulk.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { paintStatus, versionWord } from '../show/words.ts'

type Who = { by: string; reason?: string }
type Move = (client: WorkflowClient, runId: string, who: Who) => Promise<WorkflowRun>
/** The same to many runs. */
type MoveMany = (
  client: WorkflowClient,
  options: BulkOptions & { reason?: string },
) => Promise<BulkOperation>
/** How a command tells what it did. */
type Done = string | ((run: WorkflowRun) => string)

/** `millrace runs pause` */
export function pauseCommand(): Command {
  return withReason(
    controlCommand('pause', 'stop a run until it is resumed', paused, {
      one: (client, runId, who) => client.pauseWorkflow({ runId, ...who }),
      many: (client, options) => client.bulk.pause(options),
    }),
  )
}

/** A step that runs is not interrupted. */
function paused({ status }: WorkflowRun): string {
  return status === 'paused' ? 'paused' : 'to be paused after the running step:'
}

/** `millrace runs resume` */
export function resumeCommand(): Command {
  return controlCommand('resume', 'let a paused run go on', 'resumed', {
    one: (client, runId, { by }) => client.resumeWorkflow({ runId, by }),
    many: (client, options) => client.bulk.resume(options),
  })
}

/** `millrace runs cancel` */
export function cancelCommand(): Command {
  return withReason(
    controlCommand('cancel', 'end a run for good; its completed steps are undone', cancelled, {
      one: (client, runId, who) => client.cancelWorkflow({ runId, ...who }),
      many: (client, options) => client.bulk.cancel(options),
    }),
  )
}

/** A run whose steps have undos ends when these have. */
function cancelled({ status }: WorkflowRun): string {
  return status === 'cancelled' ? 'cancelled' : 'cancelled when its steps are undone:'
}

/** `millrace runs terminate` */
export function terminateCommand(): Command {
  return withReason(
    controlCommand('terminate', 'end a run at once, without the undos of its steps', 'terminated', {
      one: (client, runId, who) => client.terminateWorkflow({ runId, ...who }),
      many: (client, options) => client.bulk.terminate(options),
    }),
  )
}

/** `millrace runs retry` */
export function retryCommand(): Command {
  const what = 'a new run that goes on from the failure of a failed one'
  return controlCommand('retry', what, 'retried as', {
    one: (client, runId, { by }) => client.retryWorkflow({ runId, by }),
    many: (client, options) => client.bulk.retry(options),
  })
}

/** `millrace runs discard` */
export function discardCommand(): Command {
  const what = 'take a failure off the list: somebody has dealt with it'
  return withReason(
    controlCommand('discard', what, 'discarded', {
      one: (client, runId, who) => client.discardWorkflow({ runId, ...who }),
      many: (client, options) => client.bulk.discard(options),
    }),
  )
}

/** `millrace runs fast-forward` */
export function fastForwardCommand(): Command {
  return makeCommand('fast-forward', 'end the wait that a run is in', [
    'millrace runs fast-forward <id>',
    `millrace runs fast-forward <id> '{"approved": true}'`,
  ])
    .argument('<id>')
    .argument('[data]', 'JSON: what the wait gives; - reads it from stdin')
    .action(async (runId: string, text: string | undefined, _options, command: Command) => {
      const settings = readSettings(command)
      const data = await readJsonArgument('data', text)
      await withClient(settings, async (client) => {
        const before = await client.getRun({ runId })
        // the kernel leaves a run that waits for nothing as it is, and does not say so
        if (isTerminal(before.status)) throw endedAlready(before)
        if (!hasWait(before)) return showIdle(before, settings.out)
        const run = await client.fastForwardWorkflow({ runId, data })
        if (isTerminal(run.status)) throw endedAlready(run)
        showMoved(run, 'fast-forwarded', settings.out)
      })
    })
}

/** A pause by a person, or by the engine, is no wait. */
function hasWait({ status, startsAt, reason }: WorkflowRun): boolean {
  return status === 'waiting' || reason === 'step' || (status === 'pending' && startsAt !== null)
}

function showIdle(run: WorkflowRun, out: Output): void {
  out.show(run, () => (out.quiet ? '' : `– nothing to end: ${nameRun(run, out)}`))
  out.note(run.status === 'paused' ? 'It is paused: resume it first.' : 'It waits for nothing now.')
}

function endedAlready({ id, status }: WorkflowRun): IllegalMoveError {
  return new IllegalMoveError(
    `Run ${id} is ${status}: it waits for nothing any more. A run that has ended stays ended.`,
    { runId: id, details: { run_id: id, status } },
  )
}

/** Tells what was done to a run. */
export function showMoved(run: WorkflowRun, done: string, out: Output): void {
  out.show(run, () => {
    if (out.quiet) return run.retriedFrom === null && run.forkedFrom === null ? '' : run.id
    return `${out.paint('green', '✓')} ${done} ${nameRun(run, out)}`
  })
}

function nameRun({ id, workflowId, version, status }: WorkflowRun, { paint }: Output): string {
  return `${id}  ${workflowId} ${versionWord(version)}  ${paintStatus(status, paint)}`
}

/** A command that moves one run, or many. */
function controlCommand(
  verb: string,
  description: string,
  done: Done,
  move: { one: Move; many: MoveMany },
): Command {
  const examples = [
    `millrace runs ${verb} <id>`,
    `millrace runs ${verb} --where workflow=order --where since="1 h" --dry-run`,
  ]
  return forMany(makeCommand(verb, description, examples))
    .argument('[id]')
    .option('--by <who>', 'who does it, for the timeline (default: your user name)')
    .action(
      async (
        runId: string | undefined,
        options: ManyOptions & { by?: string; reason?: string },
        command: Command,
      ) => {
        const settings = readSettings(command)
        const { by = userName(), reason } = options
        const why = reason === undefined ? {} : { reason }
        if (isForMany(runId, options))
          return steerMany(settings, { ...options, by }, (client, many) =>
            move.many(client, { ...many, ...why }),
          )
        await withClient(settings, async (client) => {
          const run = await move.one(client, runId as string, { by, ...why })
          showMoved(run, typeof done === 'string' ? done : done(run), settings.out)
        })
      },
    )
}

function withReason(command: Command): Command {
  return command.option('--reason <text>', 'why, for the timeline')
}

/** In a container a user may have a number and no name. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim()
  }
}

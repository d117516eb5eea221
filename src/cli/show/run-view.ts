import type { Approval } from '../../client/approvals.ts'
import type { WorkflowRunProgress } from '../../client/workflow-client.ts'
import type { PauseReason, WorkflowRun } from '../../client/workflow-run.ts'
import { formatDuration } from '../../model/duration.ts'
import type { RunFailure } from '../../model/failure.ts'
import { isTerminal } from '../../model/status.ts'
import type { Output } from '../output.ts'
import type { Paint } from '../style.ts'
import { printable } from '../style.ts'
import { type Fact, facts, table } from '../table.ts'
import { signalCommands, waitInShort, waitsInFull } from './waits-view.ts'
import {
  ago,
  ahead,
  firstLine,
  localTime,
  oneLine,
  paintStatus,
  programName,
  quoted,
  versionWord,
} from './words.ts'

/** What stands for the handler where steps are named. */
const HANDLER = '$handler'

/** Runs as a table. */
export function showRuns(runs: readonly WorkflowRun[], { paint, columns }: Output): string {
  return table(
    [
      { heading: paint('dim', 'RUN'), cell: (run) => run.id },
      {
        heading: paint('dim', 'WORKFLOW'),
        cell: (run) => `${run.workflowId} ${versionWord(run.version)}`,
      },
      { heading: paint('dim', 'STATUS'), cell: (run) => paintStatus(run.status, paint) },
      { heading: paint('dim', 'STARTED'), cell: (run) => ago(run.createdAt), spare: 1 },
      { heading: paint('dim', 'TOOK'), cell: took, align: 'right', spare: 2 },
      { heading: paint('dim', 'NOTE'), cell: why, text: true },
    ],
    runs,
    columns,
  )
}

/** All that is known of one run, but for its timeline. */
export function showRun(run: WorkflowRunProgress, { paint, columns }: Output): string {
  const name = `${paint('bold', run.workflowId)} ${versionWord(run.version)}`
  const head = `${name}  ${paintStatus(run.status, paint)}${phase(run, paint)}`
  const since = (at: Date) => `${localTime(at)}  ${paint('dim', ahead(at))}`
  const pairs: Fact[] = [
    ['run', run.id],
    ['resource', run.resourceId],
    ['key', run.idempotencyKey],
    ['tags', run.tags.join(', ')],
    ['attributes', attributes(run)],
    ['queue', run.queue === 'default' ? null : run.queue],
    ['priority', run.priority === 0 ? null : String(run.priority)],
    ['parent', run.parentId],
    ['retry of', run.retriedFrom],
    ['schedule', run.scheduleId],
    ['its time', run.scheduledFor && localTime(run.scheduledFor)],
    ['goes on for', run.continuedFrom],
    ['went on as', run.continuedAs],
    ['started', `${localTime(run.createdAt)}  ${paint('dim', ago(run.createdAt))}`],
    ['begins', run.startsAt && since(run.startsAt)],
    ['took', took(run)],
    ['progress', progress(run)],
    ['paused', run.status === 'paused' ? why(run) : null],
    ['waits at', waitsAt(run, paint)],
    ['times out', run.timeoutAt && !isTerminal(run.status) ? since(run.timeoutAt) : null],
    ['input', oneLine(run.input)],
    ['output', run.output === null ? null : oneLine(run.output)],
    ['failure', run.failure && showFailure(run.failure, paint), 'sentence'],
  ]
  return `${head}\n\n${facts(pairs, columns)}`
}

/** What a run does that neither goes on nor has ended. */
function phase({ phase: name }: WorkflowRun, paint: Paint): string {
  return name === null ? '' : paint('dim', '  its steps are undone')
}

/** The commands that let a run go on which waits for somebody; null for any other. @param questions that it asks */
export function showNext(run: WorkflowRun, questions: readonly Approval[]): string | null {
  if (run.status === 'paused') {
    const asked = run.reason === 'person' || run.reason === 'step'
    const when = asked ? 'To let it go on:' : 'When the cause is mended:'
    return `${when}\n  ${programName()} runs resume ${run.id}`
  }
  if (run.status !== 'waiting') return null
  const signals = signalCommands(run)
  const sends = signals.length === 0 ? [] : ['To send what it waits for:', ...signals.map(indented)]
  const asks = questions.flatMap(({ id, question, assignees, roles }) => {
    const whom = [...assignees, ...roles.map((role) => `those with the role ${role}`)].join(', ')
    // the line shall work as it stands
    const as = answersAs(assignees, roles)
    return [
      `To answer its question${whom === '' ? '' : ` to ${whom}`}: ${firstLine(question)}`,
      indented(`${programName()} approvals answer ${quoted(id)}${as} --approve  # or --reject`),
    ]
  })
  return [...sends, ...asks].join('\n') || null
}

function answersAs([assignee]: readonly string[], [role]: readonly string[]): string {
  if (role !== undefined) return ` --role ${quoted(role)}`
  return assignee === undefined ? '' : ` --by ${quoted(assignee)}`
}

function indented(line: string): string {
  return `  ${line}`
}

/** The stack of a failure, without the message that is told already. */
export function showStack(failure: RunFailure, paint: Paint): string {
  const stack = failure.stack ?? `${failure.name}: ${failure.message}`
  return paint('dim', printable(stack))
}

function showFailure(failure: RunFailure, paint: Paint): string {
  const where = failure.stepId === null ? '' : ` at step "${failure.stepId}"`
  const tries = failure.attempt > 1 ? `, attempt ${failure.attempt}` : ''
  const what = `${failure.name}: ${printable(failure.message)}`
  return `${paint('red', what)}\n${paint('dim', `${failure.code}${where}${tries}`)}`
}

function attributes(run: WorkflowRun): string | null {
  const all = Object.entries(run.attributes).map(([name, value]) => `${name}=${oneLine(value)}`)
  return all.length === 0 ? null : all.join(', ')
}

function took(run: WorkflowRun): string {
  if (run.completedAt === null) return ''
  return formatDuration(run.completedAt.getTime() - run.createdAt.getTime())
}

function progress(run: WorkflowRunProgress): string | null {
  if (isTerminal(run.status) || run.completedSteps === 0) return null
  return `${run.completedSteps} of ${run.totalSteps} steps`
}

function waitsAt(run: WorkflowRun, paint: Paint): string | null {
  // what ends a step.pause is told already
  if (isTerminal(run.status) || run.reason === 'step') return null
  if (run.waits.length > 0) return waitsInFull(run, paint)
  return run.status === 'waiting' ? forAnother(run) : null
}

/** The handler's own next attempt is no wait that has a name. */
function forAnother({ currentStepId }: WorkflowRun): string {
  return currentStepId === HANDLER ? 'the handler, for its next attempt' : (currentStepId ?? '')
}

/** Why a run is paused. */
export const pauseReasons = {
  person: 'by a person',
  step: 'by step.pause',
  poison: 'its worker died again and again',
  history_mismatch: 'its code no longer fits its history',
  limit: 'its history is full',
  undo_failed: 'a step could not be undone',
} as const satisfies Record<PauseReason, string>

/** Whether a text is one of the engine's reasons; people give others. */
export function isPauseReason(text: string): text is PauseReason {
  return Object.hasOwn(pauseReasons, text)
}

/** Why a run is where it is, in a few words. */
export function why(run: WorkflowRun): string {
  if (run.status === 'paused') {
    const at = run.reason === 'step' && run.currentStepId ? ` at ${run.currentStepId}` : ''
    return run.reason === null ? '' : `${pauseReasons[run.reason]}${at}`
  }
  if (run.phase === 'undoing')
    return ['its steps are undone', waitInShort(run)].filter(Boolean).join(', again ')
  if (run.status === 'waiting' || run.startsAt) return waitInShort(run) || `at ${forAnother(run)}`
  return run.status === 'failed' ? firstLine(run.error ?? '') : ''
}

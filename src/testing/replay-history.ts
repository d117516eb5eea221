import type { TimelineEntry } from '../client/timeline.ts'
import type { Definition } from '../definition/definition.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { JournalRow } from '../model/journal.ts'
import { encodePayload } from '../model/json.ts'
import { defineWorkflow, type WorkflowDefinition } from '../workflow/define-workflow.ts'
import { ReplayHost } from './replay-host.ts'
import { ReplaySteps } from './replay-steps.ts'

/** Where code and history part: the step of the history, what it was, and what the code does instead. */
export type Divergence = { stepId: string; expected: string; found: string }

/** Of the run whose history it is. */
export type ReplayOptions = {
  input?: unknown
  resourceId?: string | null
  tags?: string[]
  scheduledFor?: Date | null
}

/** In which a handler comes to rest after it called a step that the history does not have. */
const REST_MS = 200

/**
 * Replays the recorded history of a run against other code: the first divergence, or null if a run
 * with that history can go on with that code. Nothing is called but the handler, up to the end of the
 * history, and nothing is written. Give the `input` of the run where the handler looks at it.
 * @throws InvalidInputError for a definition that is not a durable function
 * @example const run = await client.getRun({ runId })
 *   expect(await replayHistory(order, await run.timeline(), { input: run.input })).toBeNull()
 */
export async function replayHistory(
  definition: Definition,
  history: readonly TimelineEntry[],
  options: ReplayOptions = {},
): Promise<Divergence | null> {
  if (definition.kind !== 'function') {
    throw new InvalidInputError(
      `"${definition.id}" is a ${definition.kind}; only durable functions are replayed.`,
    )
  }
  const journal = readHistory(history)
  const host = new ReplayHost(history.at(-1)?.timestamp ?? new Date())
  const steps: ReplaySteps = new ReplaySteps(journal, {
    beyond: () => host.end(null),
    unknown: () => setTimeout(() => leave(steps, host), REST_MS),
  })
  const { id, handler, options: own, plugins } = definition as WorkflowDefinition
  const replayed = defineWorkflow(id, handler, own, [steps.plugin, ...plugins])
  const lease = {
    id: '00000000-0000-4000-8000-000000000000',
    workflowId: id,
    version: definition.version,
    tenant: 'default',
    resourceId: options.resourceId ?? null,
    tags: options.tags ?? [],
    scheduledFor: options.scheduledFor ?? null,
    retries: null,
    input: encodePayload(options.input, { what: 'the input' }),
    journal,
    waits: new Map(),
    crashes: 0,
  }
  const handle = replayed.run(lease as Parameters<typeof replayed.run>[0], host)
  const mismatch = await host.ended
  handle.abort(new Error('The replay is over.'))
  return mismatch === null ? null : describe(mismatch, steps.unknown)
}

/** The worker gives the handler seconds before it says that a recorded step is not called any more. */
function leave(steps: ReplaySteps, host: ReplayHost): void {
  const missing = steps.missing()
  if (missing !== null) host.end(`The history holds step "${missing}".`)
}

/** The journal behind a timeline, without what concerns only the run as a whole. */
function readHistory(history: readonly TimelineEntry[]): JournalRow[] {
  const own = history.filter(
    ({ kind, stepId }) => kind !== 'undo' && (kind !== 'control' || stepId.startsWith('$')),
  )
  return own.map((entry, i) => ({
    kind: kindOf(entry, own.slice(i + 1)),
    name: entry.stepId,
    data: dataOf(entry),
  }))
}

function dataOf(entry: TimelineEntry): string | null {
  const { kind, status, childId, failure, output, skipReason } = entry
  if (skipReason) return JSON.stringify({ reason: skipReason, ...(failure && { failure }) })
  const text = encodePayload(output, { what: 'a recorded output' })
  if (kind !== 'child') return failure ? JSON.stringify(failure) : text
  if (status === 'running') return JSON.stringify({ run: '0', id: childId })
  const end = status === 'completed' ? 'c' : status === 'failed' ? 'f' : 'x'
  return JSON.stringify({ status: end, output: failure ?? output })
}

function kindOf(entry: TimelineEntry, later: readonly TimelineEntry[]): JournalRow['kind'] {
  if (entry.kind === 'control') return controlKind(entry.stepId)
  if (entry.kind === 'timer') return 't'
  if (entry.kind === 'wait') return entry.timedOut ? 'o' : 'g'
  if (entry.kind === 'child') return entry.status === 'running' ? 'c' : 'g'
  if (entry.status === 'skipped') return 'k'
  if (entry.status !== 'failed') return 'r'
  // of an attempt that failed, only what follows tells whether it was the last
  return later.length === 0 || later.some(({ stepId }) => stepId === entry.stepId) ? 'e' : 'f'
}

/** What is recorded of the run as a whole, by the name under which that is. */
function controlKind(stepId: string): JournalRow['kind'] {
  if (stepId.startsWith('$attributes')) return 'l'
  return stepId.startsWith('$set:') ? 's' : 'm'
}

/** The pause of a run has only the text of its reason. */
function describe(mismatch: string, unknown: string | null): Divergence {
  const [, stepId = ''] = /step "([^"]*)"/i.exec(mismatch) ?? []
  const [, expected, found] =
    / recorded as (.*), but the code now calls (.*) there/.exec(mismatch) ?? []
  if (expected && found) return { stepId, expected, found }
  const instead = unknown === null ? 'the code does not call it' : `step "${unknown}"`
  return { stepId, expected: `step "${stepId}"`, found: instead }
}

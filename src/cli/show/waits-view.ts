import type { WorkflowRun } from '../../client/workflow-run.ts'
import type { Paint } from '../style.ts'
import { ahead, count, localTime, programName, shortTime } from './words.ts'

type Wait = WorkflowRun['waits'][number]
type Waiting = Pick<WorkflowRun, 'id' | 'startsAt' | 'waits'>

/** Waits that are told one by one. */
const SHOWN = 5
/** What needs no quotes in a shell. */
const plainWord = /^[\w.:-]+$/

/** What a run waits for, in a few words. @example 'for "paid" at payment, and 1 more' */
export function waitInShort({ startsAt, waits }: Waiting): string {
  if (startsAt) return `starts ${ahead(startsAt)}`
  const [first, ...rest] = stepsOf(waits)
  if (first === undefined) return ''
  const { stepId, event, until } = first
  const what =
    event !== null ? `for "${event}" ` : until !== null ? `until ${shortTime(until)} ` : ''
  return `${what}at ${stepId}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
}

/** What a run waits for, a line for each step. */
export function waitsInFull({ waits }: Waiting, paint: Paint): string {
  const steps = stepsOf(waits)
  const lines = steps.slice(0, SHOWN).map(({ stepId, event, until }) => {
    const what = event === null ? '' : ` for event "${event}"`
    if (until === null) return `${stepId}${what}`
    return `${stepId}${what} until ${localTime(until)}  ${paint('dim', ahead(until))}`
  })
  const more = steps.length - lines.length
  return [...lines, ...(more > 0 ? [`… and ${count(more, 'step')} more`] : [])].join('\n')
}

/** The events that a run waits for, each once. */
export function awaitedEvents(waits: readonly Wait[]): string[] {
  return [...new Set(waits.flatMap(({ event }) => event ?? []))]
}

/** The commands that send a run what it waits for. */
export function signalCommands({ id, waits }: Waiting): string[] {
  return awaitedEvents(waits)
    .slice(0, SHOWN)
    .map((event) => {
      const name = plainWord.test(event) ? event : `'${event}'`
      return `${programName()} runs signal ${id} ${name} '{}'`
    })
}

/** A step may wait for two things (a poll for its next question and its end): each step once. */
function stepsOf(waits: readonly Wait[]): Wait[] {
  const steps = new Map<string, Wait>()
  for (const wait of waits) {
    const known = steps.get(wait.stepId)
    if (known === undefined || later(wait, known)) steps.set(wait.stepId, wait)
  }
  return [...steps.values()]
}

function later(one: Wait, other: Wait): boolean {
  return (one.until?.getTime() ?? 0) > (other.until?.getTime() ?? 0)
}

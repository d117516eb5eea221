import type { WorkflowRun } from '../../client/workflow-run.ts'
import type { Paint } from '../style.ts'
import { ahead, count, localTime, programName, quoted, shortTime } from './words.ts'

type Wait = WorkflowRun['waits'][number]
type Waiting = Pick<WorkflowRun, 'id' | 'startsAt' | 'waits'>

/** Waits that are told one by one. */
const SHOWN = 5

/** What a run waits for, in a few words. @example 'for "paid" at payment, and 1 more' */
export function waitInShort({ startsAt, waits }: Waiting): string {
  if (startsAt) return `starts ${ahead(startsAt)}`
  const [first, ...rest] = stepsOf(waits)
  if (first === undefined) return ''
  const { stepId, event, key, until } = first
  const what =
    event !== null
      ? `for "${event}"${key === undefined ? '' : ` of "${key}"`} `
      : until !== null
        ? `until ${shortTime(until)} `
        : ''
  return `${what}at ${stepId}${rest.length > 0 ? `, and ${rest.length} more` : ''}`
}

/** What a run waits for, a line for each step. */
export function waitsInFull({ waits }: Waiting, paint: Paint): string {
  const steps = stepsOf(waits)
  const lines = steps.slice(0, SHOWN).map(({ stepId, event, key, until }) => {
    const about = key === undefined ? '' : ` with key "${key}"`
    const word = key === undefined ? 'signal' : 'event'
    const what = event === null ? '' : ` for ${word} "${event}"${about}`
    if (until === null) return `${stepId}${what}`
    return `${stepId}${what} until ${localTime(until)}  ${paint('dim', ahead(until))}`
  })
  const more = steps.length - lines.length
  return [...lines, ...(more > 0 ? [`… and ${count(more, 'step')} more`] : [])].join('\n')
}

/** The signals that a run waits for, each once. */
export function awaitedEvents(waits: readonly Wait[]): string[] {
  return [...new Set(waits.flatMap(({ event, key }) => (key === undefined ? (event ?? []) : [])))]
}

/** The commands that send a run what it waits for, or tell it to all that wait for the same. */
export function signalCommands({ id, waits }: Waiting): string[] {
  const signals = awaitedEvents(waits).map(
    (event) => `${programName()} runs signal ${id} ${quoted(event)} '{}'`,
  )
  const events = waits.flatMap(({ event, key }) =>
    event === null || key === undefined
      ? []
      : `${programName()} events emit ${quoted(event)} --key ${quoted(key)} '{}'`,
  )
  return [...signals, ...new Set(events)].slice(0, SHOWN)
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

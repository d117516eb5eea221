import type { RunEvent } from '../../model/run-event.ts'
import type { StepStatus } from '../../model/status.ts'
import type { Output } from '../output.ts'
import { printable } from '../style.ts'
import { clockTime, firstLine, paintStatus } from './words.ts'

/** Characters of a value in a line. */
const MAX_SHOWN = 200

/** An event of a run as a line for people: time, what, which step, and what it gave. */
export function eventLine(event: RunEvent, out: Output, withRun = false): string {
  const { paint } = out
  const time = paint('dim', clockTime(new Date(event.at)))
  const run = withRun && event.runId !== '' ? [paint('dim', event.runId)] : []
  const parts = [time, ...run, what(event, out), said(event, out)].filter((part) => part !== '')
  return parts.join('  ')
}

function what({ type, stepId, status, attempt }: RunEvent, { paint }: Output): string {
  const [, step] = type.split('step:')
  const word =
    status === undefined || type === 'log' || type === 'chunk'
      ? (step ?? type)
      : paintStatus(status as StepStatus, paint)
  const tries = attempt !== undefined && attempt > 1 ? ` (attempt ${attempt})` : ''
  return stepId === undefined ? word : `${word} ${printable(stepId)}${tries}`
}

function said({ type, output, error, data }: RunEvent, { paint }: Output): string {
  if (error) return paint('red', printable(firstLine(error.message)))
  if (type === 'log') return logText(data as LogData)
  const value = output ?? data
  return value === undefined ? '' : paint('dim', shorten(JSON.stringify(value)))
}

type LogData = { level: string; message: string; fields?: unknown }

/** A logged line: its level, where that is worth it, what it says, and its fields. */
export function logText({ level, message, fields }: LogData): string {
  const shown = fields === undefined || fields === null ? '' : ` ${JSON.stringify(fields)}`
  return `${level === 'info' ? '' : `${level}: `}${printable(message)}${printable(shown)}`
}

function shorten(text: string): string {
  const clean = printable(text)
  return clean.length > MAX_SHOWN ? `${clean.slice(0, MAX_SHOWN - 1)}…` : clean
}

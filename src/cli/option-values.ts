import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../model/duration.ts'
import { WorkflowStatus } from '../model/status.ts'

// Each makes a value of the text that stands behind an option, or says what is wrong with it;
// commander puts the name of the option before that.

/** A whole number of a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^-?\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

/** A duration, in milliseconds. */
export function duration(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new InvalidArgumentError('Give a duration like "30 s", "5m" or "2 days 12 hours".')
  }
}

/** Names with commas between them. */
export function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  const known = names.filter((name) => name !== '')
  if (known.length > 0) return known
  throw new InvalidArgumentError('Give at least one name; more than one with commas between them.')
}

/** For an option that may be given several times. */
export function collect(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}

/** Statuses of runs, with commas between them. */
export function statuses(text: string): WorkflowStatus[] {
  const known = Object.values(WorkflowStatus)
  return list(text).map((name) => {
    const status = known.find((one) => one === name)
    if (status !== undefined) return status
    throw new InvalidArgumentError(`"${name}" is none of ${known.join(', ')}.`)
  })
}

import ipaddr from 'ipaddr.js'
import { formatDuration, parseDuration } from '../../model/duration.ts'
import { checkTimeZone } from '../../model/time-zone.ts'

/** What values of a setting are like: what they must be, what to give, and how a text is read. */
export type Kind<T> = {
  /** Behind "must be". @example 'a whole number from 0 to 65535' */
  readonly rule: string
  readonly example: string
  /** Undefined for what breaks the rule. Commas stand between the parts of a list. */
  readonly read: (text: string) => T | undefined
  /** As it is shown; by default as JSON has it. */
  readonly show?: (value: T) => string
  /** A file may give a list. */
  readonly list?: true
}

/** A whole number of a range. */
export function whole(least: number, most: number, example: number): Kind<number> {
  const read = (text: string) => {
    const value = Number(text)
    return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined
  }
  return { rule: `a whole number from ${least} to ${most}`, example: String(example), read }
}

const yes = /^(true|yes|on|1)$/i
const no = /^(false|no|off|0)$/i

/** True or false, as shells, compose files and Python write it. */
export const truth: Kind<boolean> = {
  rule: 'true or false',
  example: 'false',
  read: (text) => (yes.test(text) ? true : no.test(text) ? false : undefined),
}

/** A text that a pattern fits. */
export function text(rule: string, pattern: RegExp, example: string): Kind<string> {
  return { rule, example, read: (given) => (pattern.test(given) ? given : undefined) }
}

/** Texts with commas between them; those within the braces of a glob are its own. */
export function texts(rule: string, pattern: RegExp, example: string): Kind<string[]> {
  return {
    ...{ rule, example, list: true },
    read: (given) => {
      const parts = given.split(/,(?![^{]*\})/).map((part) => part.trim())
      const known = parts.filter((part) => part !== '')
      return known.length > 0 && known.every((part) => pattern.test(part)) ? known : undefined
    },
    show: (value) => value.join(','),
  }
}

/** One of some words, in letters of any size. */
export function choice<const T extends string>(
  words: readonly T[],
  others: Readonly<Record<string, T>> = {},
): Kind<T> {
  const known: Readonly<Record<string, T>> = {
    ...Object.fromEntries(words.map((word) => [word, word])),
    ...others,
  }
  return {
    rule: `one of ${words.join(', ')}`,
    example: words[0] as string,
    read: (given) =>
      Object.hasOwn(known, given.toLowerCase()) ? known[given.toLowerCase()] : undefined,
    show: (value) => value,
  }
}

/** A duration in milliseconds, of a range; a bare number is seconds. */
export function lasting(least: number, most: number, example: string): Kind<number> {
  return {
    rule: `a duration from ${formatDuration(least)} to ${formatDuration(most)}, or a number of seconds`,
    example,
    read: (given) => {
      const ms = durationOf(given)
      return ms !== undefined && ms >= least && ms <= most ? ms : undefined
    },
    show: formatDuration,
  }
}

function durationOf(given: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given) * 1000
  try {
    return parseDuration(given)
  } catch {
    return undefined
  }
}

/** A zone of the IANA's list. */
export const zone: Kind<string> = {
  rule: 'the name of a time zone',
  example: 'Europe/Berlin',
  read: (given) => {
    try {
      return checkTimeZone(given)
    } catch {
      return undefined
    }
  },
}

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const bare = host.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback'
}

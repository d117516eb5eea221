import { formatDuration } from '../../model/duration.ts'
import { nearest } from '../../model/nearest.ts'
import type { StepStatus } from '../../model/status.ts'
import { listWords } from '../../model/text.ts'
import { type Paint, printable } from '../style.ts'

const looks = {
  pending: ['○', 'dim'],
  running: ['●', 'blue'],
  waiting: ['◌', 'cyan'],
  paused: ['‖', 'yellow'],
  completed: ['✓', 'green'],
  failed: ['✗', 'red'],
  cancelled: ['⊘', 'dim'],
  skipped: ['↷', 'dim'],
} as const satisfies Record<StepStatus, readonly [string, Parameters<Paint>[0]]>

/** A status with its sign and colour. @example paintStatus('failed', paint) // ✗ failed */
export function paintStatus(status: StepStatus, paint: Paint): string {
  const [sign, colour] = looks[status]
  return paint(colour, `${sign} ${status}`)
}

/** A version behind the name of its workflow. @example versionWord('2') // 'v2'; 's-1f…' is left as it is */
export function versionWord(version: string): string {
  return /^\d/.test(version) ? `v${version}` : version
}

/** How long ago something was. @example ago(new Date(Date.now() - 60_000)) // '1 min ago' */
export function ago(at: Date, now: number = Date.now()): string {
  const ms = now - at.getTime()
  // our clock may be a little behind the database's
  return ms < 1000 ? 'just now' : `${coarse(ms)} ago`
}

/** How long it is until then. @example ahead(new Date(Date.now() + 3_600_000)) // 'in 1 h' */
export function ahead(at: Date, now: number = Date.now()): string {
  const ms = at.getTime() - now
  if (ms < -1000) return ago(at, now)
  return ms < 1000 ? 'now' : `in ${coarse(ms)}`
}

/** A duration in one unit. @example coarse(7_260_000) // '2 h' */
export function coarse(ms: number): string {
  const whole = ms < 1000 || ms >= 60_000 ? ms : Math.round(ms / 1000) * 1000
  return formatDuration(whole).split(' ').slice(0, 2).join(' ')
}

/** An instant as people read it here: local time, to the second. */
export function localTime(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${clockTime(at)}`
}

/** The same in short: without the day if that is today. */
export function shortTime(at: Date, now: Date = new Date()): string {
  return at.toDateString() === now.toDateString() ? clockTime(at) : localTime(at).slice(0, -3)
}

/** The time of the day. */
export function clockTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** A value as JSON on one line; nothing for undefined. */
export function oneLine(value: unknown): string {
  return value === undefined ? '' : printable(JSON.stringify(value)).replaceAll('\n', ' ')
}

/** The first line of somebody else's text. */
export function firstLine(text: string): string {
  return printable(text.split('\n', 1)[0] ?? '')
}

/** A word with its number. @example count(2, 'run') // '2 runs' */
export function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`
}

/**
 * A sentence that begins with a space and names what may have been meant; '' if nothing is like it.
 * @example didYouMean('ordr', ['order', 'mail']) // ' Did you mean "order"?'
 */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known)
  return meant.length === 0 ? '' : ` Did you mean ${listWords(meant, 'or')}?`
}

/** How the user can call this program: what is installed in a project is called through npx. */
export function programName(): string {
  return process.env.npm_config_user_agent === undefined ? 'millrace' : 'npx millrace'
}

/** What needs no quotes in a shell. */
const plainWord = /^[\w.:/-]+$/

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** What a pause of dispatch is about. @example 'queue "mail"' */
export function pausedPlace({ scope, name }: { scope: string; name: string | null }): string {
  return name === null ? scope : `${scope} "${name}"`
}

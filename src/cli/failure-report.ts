import { CommanderError } from 'commander'
import { EmbeddedPostgresError } from '../embedded/embedded-error.ts'
import { ERROR_CODES, helpUrl, isErrorCode } from '../model/error-codes.ts'
import { WorkflowEngineError } from '../model/errors.ts'
import { columnsOf, painter, printable } from './style.ts'
import { wrapSentences } from './wrap.ts'

/** An error as the CLI tells it. */
export type Failure = {
  readonly code: string
  readonly message: string
  readonly help: string
  readonly exitCode: number
  /** What --json prints. */
  readonly json: Record<string, unknown>
}

/** A wrong command line; names the command whose --help says more. */
export class UsageError extends CommanderError {
  constructor(error: CommanderError, path: string) {
    const what = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
    const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/([^.?)])$/, '$1.')
    super(error.exitCode, error.code, `${sentence} See "${path} --help".`)
  }
}

type How = {
  readonly json: boolean
  readonly verbose: boolean
  /** The database was started for this command: what is said to be run needs --embedded too. */
  readonly embedded: boolean
}

/** Prints an error to stderr and returns the exit code that goes with it. */
export function reportFailure(error: unknown, how: How): number {
  // help and version are "errors" of commander's that went well
  if (error instanceof CommanderError && !(error instanceof UsageError)) {
    return error.exitCode === 0 ? 0 : 2
  }
  const failure = describeFailure(error, how.embedded)
  if (how.json) {
    process.stderr.write(`${JSON.stringify({ error: failure.json }, null, 2)}\n`)
    return failure.exitCode
  }
  const paint = painter(process.stderr)
  const text = `${paint('red', `error ${failure.code}:`)} ${printable(failure.message)}`
  const message = wrapSentences(text, columnsOf(process.stderr))
  process.stderr.write(`${message}\n${paint('dim', failure.help)}\n`)
  if (how.verbose) process.stderr.write(`\n${paint('dim', printable(stackOf(error)))}\n`)
  return failure.exitCode
}

/** What is told of an error: its code decides the exit code, by the one table of errors. */
export function describeFailure(error: unknown, embedded = false): Failure {
  if (error instanceof WorkflowEngineError) {
    const { code } = error
    const message = embedded ? migrateEmbedded(error.message) : error.message
    return make(code, message, { ...error.toJSON(), message })
  }
  if (error instanceof EmbeddedPostgresError) {
    const code = error.kind === 'invalid' ? 'MR001' : error.code
    return make(code, error.message)
  }
  if (error instanceof CommanderError) return make('MR001', error.message)
  const message = error instanceof Error ? error.message || error.name : String(error)
  return make('MR099', message)
}

/** The remedy of MR091 for the database of ./.millrace that this command has started. */
export function migrateEmbedded(text: string): string {
  return text.replace('"millrace migrate"', '"millrace migrate --embedded"')
}

function make(code: string, message: string, json: Record<string, unknown> = {}): Failure {
  const exitCode = isErrorCode(code) ? ERROR_CODES[code].exitCode : ERROR_CODES.MR099.exitCode
  const help = helpUrl(code)
  return { code, message, help, exitCode, json: { code, message, help, ...json, exitCode } }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

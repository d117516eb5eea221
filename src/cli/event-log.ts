import type { WorkflowRun } from '../client/workflow-run.ts'
import type { RunFailure } from '../model/failure.ts'
import type { LogLevel, WorkflowLogger } from '../model/logger.ts'
import type { Output } from './output.ts'
import { clockTime, coarse, count, firstLine } from './show/words.ts'
import { printable } from './style.ts'
import { placeInStack } from './workflow-files/load.ts'
import type { Ended, Pause, RunEvents, RunName, WaitName } from './workflow-files/run-events.ts'
import { wrap } from './wrap.ts'

/** Lines of one second about single runs; of the rest only the number is told. */
const LINES_A_SECOND = 30

/** Where texts begin, behind the time. */
const INDENT = 10

/** What the log must know to tell of runs. */
export type EventLogOptions = {
  readonly cwd: string
  /** Tell of every run, not only of what failed. */
  readonly everyRun: boolean
  /** What became of a run that somebody ended or took over. */
  readonly read: (runId: string) => Promise<Pick<WorkflowRun, 'status' | 'failure'>>
}

/** What a process with a worker tells while it lives: lines for people, or a JSON object a line. */
export class EventLog implements RunEvents, WorkflowLogger {
  readonly #out: Output
  readonly #options: EventLogOptions
  #second = 0
  #lines = 0
  #timer: NodeJS.Timeout | undefined

  constructor(out: Output, options: EventLogOptions) {
    this.#out = out
    this.#options = options
  }

  /** Something of the process itself. Fields are for --json, the text for people. */
  tell(event: string, fields: object, text: string): void {
    const at = new Date()
    const { json, quiet, paint, columns, print } = this.#out
    if (json) print(JSON.stringify({ at, event, ...fields }))
    else if (!quiet) print(wrap(`${paint('dim', clockTime(at))}  ${text}`, columns, INDENT))
  }

  began(run: RunName, again: boolean): void {
    if (!this.#options.everyRun) return
    this.#ofRun(again ? 'run.resumed' : 'run.started', run, '●', again ? 'goes on' : 'started')
  }

  ended(run: RunName, end: Ended): void {
    if (end.kind === 'failed') return this.#failed(run, readFailure(end.output))
    if (end.kind === 'parked' && end.pause) return this.#paused(run, end.pause)
    if (end.kind === 'lost') return end.taken ? void this.#taken(run) : undefined
    if (!this.#options.everyRun) return
    const { paint } = this.#out
    if (end.kind === 'cancelled')
      return this.#ofRun('run.cancelled', run, paint('dim', '⊘'), 'cancelled')
    if (end.kind === 'completed') {
      const took = end.again ? '' : ` in ${coarse(end.ms)}`
      const more = { ms: Math.round(end.ms) }
      return this.#ofRun('run.completed', run, paint('green', '✓'), `completed${took}`, more)
    }
    if (end.kind === 'continued')
      return this.#ofRun('run.continued', run, paint('green', '↻'), 'goes on as a new run')
    const { waits } = end
    if (waits.length === 0) return this.#ofRun('run.left', run, '○', 'left for later')
    const what = waits.map(describeWait).join(', ')
    this.#ofRun('run.waiting', run, paint('cyan', '◌'), what, { waits })
  }

  logged(run: RunName, level: LogLevel, message: string): void {
    const { paint } = this.#out
    const sign =
      level === 'error' ? paint('red', '·') : level === 'warn' ? paint('yellow', '·') : '·'
    this.#ofRun('log', run, sign, printable(message), { level, message })
  }

  attemptFailed(run: RunName, step: string, failure: RunFailure): void {
    if (!this.#options.everyRun) return
    const { paint } = this.#out
    const what = `${step || 'the handler'}, attempt ${failure.attempt}: ${this.#reason(failure)}`
    const more = { step, failure }
    this.#ofRun('attempt.failed', run, paint('yellow', '!'), paint('yellow', what), more)
  }

  log(message: string): void {
    this.tell('log', { message }, printable(message))
  }

  error(message: string, ...args: unknown[]): void {
    const rest = args.map((arg) => (arg instanceof Error ? arg.message : String(arg)))
    const text = [message, ...rest].join(' ')
    this.tell('error', { message: text }, this.#out.paint('red', printable(text)))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#tellRest()
  }

  #failed(run: RunName, failure: RunFailure | null): void {
    const { paint } = this.#out
    const at = failure?.stepId ? ` at ${failure.stepId}` : ''
    const why = failure === null ? '' : `: ${this.#reason(failure)}`
    this.#ofRun('run.failed', run, paint('red', '✗'), paint('red', `failed${at}${why}`), {
      failure,
    })
  }

  /** What the engine pauses is told like a failure: somebody has to look. */
  #paused(run: RunName, pause: Pause): void {
    const { reason, step, failure } = pause
    const { paint } = this.#out
    const sign = paint('yellow', '‖')
    if (failure) {
      const at = step === null ? '' : ` at step "${step}"`
      const what = paint('yellow', `paused: ${reason}${at}: ${firstLine(failure.message)}`)
      return this.#ofRun('run.paused', run, sign, what, pause)
    }
    if (!this.#options.everyRun) return
    const what = step === null ? 'paused by a person' : `paused by step.pause at ${step}`
    this.#ofRun('run.paused', run, sign, what, pause)
  }

  /** Somebody ended the run, or it went to another worker: that stands in its record alone. */
  async #taken(run: RunName): Promise<void> {
    const now = await this.#options.read(run.id).catch(() => null)
    if (now?.status === 'failed') return this.#failed(run, now.failure)
    if (now === null || !this.#options.everyRun) return
    const { paint } = this.#out
    if (now.status === 'cancelled')
      this.#ofRun('run.cancelled', run, paint('dim', '⊘'), 'cancelled')
    else this.#ofRun('run.left', run, '○', `went to another worker: it is ${now.status}`)
  }

  #reason({ name, message, stack }: RunFailure): string {
    const place = placeInStack(stack ?? '', this.#options.cwd)
    return `${name}: ${firstLine(message)}${place === null ? '' : `  (${place})`}`
  }

  /** Thousands of runs a second are no reading: then only their number is told. */
  #ofRun(event: string, run: RunName, sign: string, what: string, more: object = {}): void {
    if (!this.#out.json && this.#isFull()) return
    const { paint } = this.#out
    const text = `${sign} ${paint('bold', run.workflowId)}  ${what}  ${paint('dim', run.id)}`
    this.tell(event, { run: run.id, workflow: run.workflowId, version: run.version, ...more }, text)
  }

  #isFull(): boolean {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#tellRest()
    this.#second = second
    this.#lines++
    if (this.#lines <= LINES_A_SECOND) return false
    this.#timer ??= setTimeout(() => this.#tellRest(), 1000)
    return true
  }

  #tellRest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const rest = this.#lines - LINES_A_SECOND
    this.#lines = 0
    if (rest > 0)
      this.tell('more', { lines: rest }, this.#out.paint('dim', `… ${count(rest, 'line')} more`))
  }
}

function describeWait({ step, ms, for: what, event }: WaitName): string {
  const soon = coarse(ms ?? 0)
  if (what === 'attempt')
    return `tries ${step === '$handler' ? 'the handler' : step} again in ${soon}`
  if (what === 'question') return `asks ${step} again in ${soon}`
  const name = event === null ? '' : ` for "${event}"`
  return `waits at ${step}${name}${ms === null ? '' : ` (${soon})`}`
}

/** @param output of a run that failed, JSON text */
function readFailure(output: string | null): RunFailure | null {
  return output === null ? null : (JSON.parse(output) as RunFailure)
}

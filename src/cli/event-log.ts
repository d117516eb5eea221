import type { RunFailure } from '../model/failure.ts'
import type { LogLevel, WorkflowLogger } from '../model/logger.ts'
import type { Output } from './output.ts'
import { clockTime, coarse, count, firstLine } from './show/words.ts'
import { printable } from './style.ts'
import { placeInStack } from './workflow-files/load.ts'
import type { Ended, RunEvents, RunName, WaitName } from './workflow-files/run-events.ts'

/** Lines of one second about single runs; of the rest only the number is told. */
const LINES_A_SECOND = 30

/** What a process with a worker tells while it lives: lines for people, or a JSON object a line. */
export class EventLog implements RunEvents, WorkflowLogger {
  readonly #out: Output
  readonly #cwd: string
  readonly #everyRun: boolean
  #second = 0
  #lines = 0
  #timer: NodeJS.Timeout | undefined

  /** @param everyRun tell of every run, not only of what failed */
  constructor(out: Output, cwd: string, everyRun: boolean) {
    this.#out = out
    this.#cwd = cwd
    this.#everyRun = everyRun
  }

  /** Something of the process itself. Fields are for --json, the text for people. */
  tell(event: string, fields: object, text: string): void {
    const at = new Date()
    if (this.#out.json) this.#out.print(JSON.stringify({ at, event, ...fields }))
    else if (!this.#out.quiet) this.#out.print(`${this.#out.paint('dim', clockTime(at))}  ${text}`)
  }

  began(run: RunName, again: boolean): void {
    if (!this.#everyRun) return
    this.#ofRun(again ? 'run.resumed' : 'run.started', run, '●', again ? 'goes on' : 'started')
  }

  ended(run: RunName, end: Ended): void {
    if (end.kind === 'failed') return this.#failed(run, end.output)
    if (!this.#everyRun || end.kind === 'lost') return
    const { paint } = this.#out
    if (end.kind === 'completed') {
      const took = end.again ? '' : ` in ${coarseMs(end.ms)}`
      return this.#ofRun('run.completed', run, paint('green', '✓'), `completed${took}`, {
        ms: Math.round(end.ms),
      })
    }
    if (end.waits.length === 0) return this.#ofRun('run.left', run, '○', 'left for later')
    const { waits } = end
    this.#ofRun('run.waiting', run, paint('cyan', '◌'), waits.map(describeWait).join(', '), {
      waits,
    })
  }

  logged(run: RunName, level: LogLevel, message: string): void {
    const { paint } = this.#out
    const sign =
      level === 'error' ? paint('red', '·') : level === 'warn' ? paint('yellow', '·') : '·'
    this.#ofRun('log', run, sign, printable(message), { level, message })
  }

  attemptFailed(run: RunName, step: string, failure: RunFailure): void {
    if (!this.#everyRun) return
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

  #failed(run: RunName, output: string | null): void {
    const failure = output === null ? null : (JSON.parse(output) as RunFailure)
    const { paint } = this.#out
    const why = failure === null ? '' : `: ${this.#reason(failure)}`
    this.#ofRun('run.failed', run, paint('red', '✗'), paint('red', `failed${why}`), { failure })
  }

  #reason({ name, message, stack }: RunFailure): string {
    const place = placeInStack(stack ?? '', this.#cwd)
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

function describeWait({ step, ms, backoff }: WaitName): string {
  if (backoff) return `tries ${step} again in ${coarse(ms ?? 0)}`
  return ms === null ? `waits at ${step}` : `waits at ${step} (${coarse(ms)})`
}

function coarseMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : coarse(ms)
}

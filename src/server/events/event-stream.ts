import type { RunEvent } from '../../model/run-event.ts'

/** Between two signs of life; proxies give up on a silent connection after a minute. */
const HEARTBEAT_MS = 15_000
/** Between two looks whether its reader may still read: who may not does not read on for more than five seconds. */
const CHECK_MS = 4000
/** After how long a browser connects again. */
const RETRY_MS = 1000

export type EventStreamOptions = {
  /** Default 15 s. */
  heartbeatMs?: number | undefined
  /** Tells browsers after how long to connect again. Default 1 s. */
  retryMs?: number | undefined
  /** Ends it. */
  signal?: AbortSignal | undefined
  /** Between two questions whether who reads may still do so. Default 4 s. */
  checkMs?: number | undefined
  /** Whether who reads may still do so, whatever it takes of the stream meanwhile. Where not, the last event is `error`. */
  checkToken?: (() => Promise<boolean>) | undefined
  /** Each has its type as its name. Default true. */
  named?: boolean | undefined
  /** What an event is sent as. Default: as it is. */
  toBody?: ((event: RunEvent) => unknown) | undefined
  /** What an error of the source is told as; null: it just ends, and the reader comes again. Default: null. */
  toProblem?: ((error: unknown) => unknown) | undefined
  /** It has ended, whoever ended it: called once. Abort here what feeds it. */
  onEnd?: (() => void) | undefined
}

const encoder = new TextEncoder()
const QUIET = Symbol('quiet')

/**
 * Server-sent events, as the body of a response: ids, names, data in one line, and a comment now and then. It takes
 * an event of its source only when its reader wants one, and ends when the source does.
 * @example new Response(eventStream(run.events(), { signal: request.signal }), { headers: eventStreamHeaders })
 */
export function eventStream(
  source: AsyncIterable<RunEvent>,
  options: EventStreamOptions = {},
): ReadableStream<Uint8Array> {
  const body = new EventBody(source, options)
  return new ReadableStream<Uint8Array>({
    start: (controller) => body.start(controller),
    pull: (controller) => body.pull(controller),
    cancel: () => body.end(),
  })
}

/** Headers of such a response: no proxy shall keep, change or gather it. */
export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

type Controller = ReadableStreamDefaultController<Uint8Array>

class EventBody {
  readonly #options: EventStreamOptions
  readonly #events: AsyncIterator<RunEvent>
  readonly #ended: Promise<typeof QUIET>
  #stop!: () => void
  #abort: () => void = () => {}
  /** An event that was asked for before a heartbeat is still to come. */
  #next: Promise<IteratorResult<RunEvent>> | null = null
  #check: NodeJS.Timeout | undefined
  #over = false

  constructor(source: AsyncIterable<RunEvent>, options: EventStreamOptions) {
    this.#options = options
    this.#events = source[Symbol.asyncIterator]()
    this.#ended = new Promise((resolve) => {
      this.#stop = () => resolve(QUIET)
    })
  }

  start(controller: Controller): void {
    this.#checkAgain(controller)
    controller.enqueue(encoder.encode(`retry: ${this.#options.retryMs ?? RETRY_MS}\n: open\n\n`))
    const { signal } = this.#options
    // at once: nobody may ever read from it
    this.#abort = () => this.#close(controller)
    signal?.addEventListener('abort', this.#abort, { once: true })
    if (signal?.aborted) this.#abort()
  }

  /** One event, or one sign of life. */
  async pull(controller: Controller): Promise<void> {
    const { heartbeatMs = HEARTBEAT_MS } = this.#options
    try {
      this.#next ??= this.#events.next()
      const result = await this.#first(this.#next, heartbeatMs)
      if (this.#over) return
      if (result === QUIET) return controller.enqueue(encoder.encode(': still here\n\n'))
      this.#next = null
      if (result.done) return this.#close(controller)
      controller.enqueue(encoder.encode(eventText(result.value, this.#options)))
    } catch (error) {
      this.#fail(controller, error)
    }
  }

  /** The reader has gone, or there is nothing more. */
  end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#check)
    this.#options.signal?.removeEventListener('abort', this.#abort)
    this.#stop()
    this.#options.onEnd?.()
    // a generator that waits for its next event returns once that has come, or its source was aborted
    void this.#events.return?.().catch(() => {})
  }

  #close(controller: Controller, last?: string): void {
    if (this.#over) return
    if (last !== undefined) controller.enqueue(encoder.encode(last))
    this.end()
    controller.close()
  }

  #fail(controller: Controller, error: unknown): void {
    const problem = this.#options.toProblem?.(error) ?? null
    this.#close(controller, problem === null ? undefined : problemText(problem))
  }

  /** Also while nothing happens, and while its reader takes nothing. */
  #checkAgain(controller: Controller): void {
    const { checkToken, checkMs = CHECK_MS } = this.#options
    if (checkToken === undefined || this.#over) return
    const check = async () => {
      try {
        if (await checkToken()) return this.#checkAgain(controller)
        this.#close(controller, problemText({ code: 'MR042', status: 401 }))
      } catch (error) {
        this.#fail(controller, error)
      }
    }
    this.#check = setTimeout(() => void check(), checkMs)
    this.#check.unref()
  }

  async #first<T>(next: Promise<T>, ms: number): Promise<T | typeof QUIET> {
    let timer: NodeJS.Timeout | undefined
    const quiet = new Promise<typeof QUIET>((resolve) => {
      timer = setTimeout(() => resolve(QUIET), ms)
    })
    try {
      return await Promise.race([next, quiet, this.#ended])
    } finally {
      clearTimeout(timer)
    }
  }
}

function eventText(event: RunEvent, { toBody, named = true }: EventStreamOptions): string {
  const data = JSON.stringify(toBody ? toBody(event) : event)
  return `id: ${event.id}\n${named ? `event: ${event.type}\n` : ''}data: ${data}\n\n`
}

function problemText(problem: unknown): string {
  return `event: error\ndata: ${JSON.stringify(problem)}\n\n`
}

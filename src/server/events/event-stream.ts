import type { RunEvent } from '../../model/run-event.ts'

/** Between two signs of life; proxies give up on a silent connection after a minute. */
const HEARTBEAT_MS = 15_000
/** After how long a browser connects again. */
const RETRY_MS = 1000

export type EventStreamOptions = {
  /** Default 15 s. */
  heartbeatMs?: number | undefined
  /** Tells browsers after how long to connect again. Default 1 s. */
  retryMs?: number | undefined
  /** Ends it. */
  signal?: AbortSignal | undefined
  /** Whether who reads may still do so: asked at each heartbeat. Where not, the last event is `error`. */
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
  #abort!: () => void
  /** An event that was asked for before a heartbeat is still to come. */
  #next: Promise<IteratorResult<RunEvent>> | null = null
  #checkedAt = performance.now()
  #over = false

  constructor(source: AsyncIterable<RunEvent>, options: EventStreamOptions) {
    this.#options = options
    this.#events = source[Symbol.asyncIterator]()
    this.#ended = new Promise((resolve) => {
      this.#abort = () => resolve(QUIET)
    })
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    if (options.signal?.aborted) this.#abort()
  }

  start(controller: Controller): void {
    controller.enqueue(encoder.encode(`retry: ${this.#options.retryMs ?? RETRY_MS}\n: open\n\n`))
  }

  /** One event, or one sign of life. */
  async pull(controller: Controller): Promise<void> {
    const { heartbeatMs = HEARTBEAT_MS, toProblem } = this.#options
    try {
      if (performance.now() - this.#checkedAt >= heartbeatMs && !(await this.#mayRead()))
        return this.#close(controller, problemText({ code: 'MR042', status: 401 }))
      this.#next ??= this.#events.next()
      const result = await this.#first(this.#next, heartbeatMs)
      if (this.#over) return
      if (result === QUIET && this.#options.signal?.aborted) return this.#close(controller)
      if (result === QUIET) return controller.enqueue(encoder.encode(': still here\n\n'))
      this.#next = null
      if (result.done) return this.#close(controller)
      controller.enqueue(encoder.encode(eventText(result.value, this.#options)))
    } catch (error) {
      const problem = toProblem?.(error) ?? null
      this.#close(controller, problem === null ? undefined : problemText(problem))
    }
  }

  /** The reader has gone, or there is nothing more. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#options.signal?.removeEventListener('abort', this.#abort)
    this.#abort()
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

  async #mayRead(): Promise<boolean> {
    this.#checkedAt = performance.now()
    return (await this.#options.checkToken?.()) ?? true
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

import { InvalidInputError, RateLimitedError, UnavailableError } from '../../model/errors.ts'
import { quietLogger, type WorkflowLogger } from '../../model/logger.ts'
import { checkOptionNames } from '../../model/options.ts'
import { type Operations, ROUTES } from './api.ts'
import { backoff, beforeAbort, pause } from './pause.ts'
import { encodeBody } from './payload.ts'
import { errorOf } from './problem.ts'

/** Where a server is, and as whom it is asked. */
export type HttpClientOptions = {
  /** What stands before `/api`: 'https://flows.example.com'. A path belongs to it. */
  baseUrl: string
  /** An API key: sent as `X-API-Key`. In a browser everybody can read it: give a token there. */
  apiKey?: string
  /** What is sent as `Authorization: Bearer …`; a function is asked before each request. */
  token?: string | (() => string | Promise<string>)
  /** Default: that of the platform. */
  fetch?: typeof fetch
  /** Hears of what has no caller to throw to. Default: errors go to the console. */
  logger?: WorkflowLogger
}

export type OperationName = keyof Operations
export type Given<N extends OperationName> = Operations[N]['given']
export type Answered<N extends OperationName> = Operations[N]['answer']

/** What a request has beside what its operation takes. */
export type Sending = {
  signal?: AbortSignal | undefined
  /** Longer than this it does not wait for its answer, and tries again; default 30 s. */
  timeoutMs?: number
  /** What the request is known by when it is sent again; default: one is drawn. Of writes. */
  key?: string
}

/** What the opening of a stream has beside that; `after` is the last event that was heard. */
export type Opening = { after?: string | undefined; signal: AbortSignal; accept?: string }

/** An answer. */
export type Answer<N extends OperationName> = {
  readonly body: Answered<N>
  readonly status: number
}

/** How often a request is sent before it is given up: about eight seconds of a server that is away. */
const MAX_TRIES = 8
const LONGEST_PAUSE_MS = 2000
const TIMEOUT_MS = 30_000

/** What of a request is the same for all its tries. */
type Prepared = { url: string; init: RequestInit; timeoutMs: number; signal: AbortSignal }

/**
 * Sends requests. All of them can be sent again: reads change nothing, and writes have an Idempotency-Key. So each is,
 * for as long as the answer is that nobody is there.
 */
export class Transport {
  readonly logger: WorkflowLogger
  readonly #base: string
  readonly #options: HttpClientOptions
  readonly #closing = new AbortController()

  /** @throws InvalidInputError */
  constructor(options: HttpClientOptions) {
    checkOptionNames('an HTTP client', options, {
      ...{ baseUrl: true, apiKey: true, token: true, fetch: true, logger: true },
    })
    this.#options = options
    this.#base = checkBase(options)
    this.logger = options.logger ?? quietLogger
  }

  /** Aborted once the client was closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    this.#closing.abort(
      new UnavailableError('The client was closed. Make another, or close it later.'),
    )
  }

  /** @throws what the server's problem says; UnavailableError if it cannot be reached; the reason of the signal */
  async call<N extends OperationName>(
    name: N,
    given: Given<N>,
    sending: Sending = {},
  ): Promise<Answer<N>> {
    const { body, query, params } = given as Parts
    const { method, url } = this.#place(name, params, query)
    const isWrite = method !== 'GET'
    const init: RequestInit = {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(isWrite ? { 'idempotency-key': sending.key ?? drawKey() } : {}),
      },
      ...(body === undefined ? {} : { body: encodeBody(body) }),
    }
    const signal = this.until(sending.signal)
    const response = await this.#send({
      ...{ url, init, signal, timeoutMs: sending.timeoutMs ?? TIMEOUT_MS },
    })
    const { status, text } = response
    return { status, body: (text === '' ? null : JSON.parse(text)) as Answered<N> }
  }

  /**
   * Opens a stream, in one try: of events, unless something else is accepted.
   * @throws as `call` does
   */
  async open<N extends OperationName>(
    name: N,
    given: Given<N>,
    { after, signal, accept = 'text/event-stream' }: Opening,
  ): Promise<Response> {
    const { query, params } = given as Parts
    const { url } = this.#place(name, params, query)
    const headers = {
      accept,
      ...(after === undefined ? {} : { 'last-event-id': after }),
    }
    const response = await this.#fetch(url, { headers }, signal)
    if (!response.ok) throw await errorOf(response)
    return response
  }

  /** Aborted with a signal, or once the client was closed. */
  until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.closing]) : this.closing
  }

  async #send(request: Prepared): Promise<{ status: number; text: string }> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(request)
      } catch (error) {
        request.signal.throwIfAborted()
        const ms = tries < MAX_TRIES ? pauseBefore(error, tries) : null
        if (ms === null) throw error
        await pause(ms, request.signal)
      }
    }
  }

  async #once({
    url,
    init,
    timeoutMs,
    signal,
  }: Prepared): Promise<{ status: number; text: string }> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
    try {
      const until = AbortSignal.any([signal, late.signal])
      const response = await this.#fetch(url, init, until)
      if (!response.ok) throw await errorOf(response)
      return { status: response.status, text: await this.#reached(url, response.text(), until) }
    } finally {
      clearTimeout(timer)
    }
  }

  async #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    signal.throwIfAborted()
    const headers = { ...(init.headers as Record<string, string>), ...(await this.#credentials()) }
    const send = this.#options.fetch ?? globalThis.fetch
    const sent = send(url, { ...init, headers, signal })
    try {
      return await this.#reached(url, sent, signal)
    } catch (error) {
      // a fetch that does not heed its signal may still bring an answer, which nobody reads
      void sent.then(({ body }) => body?.cancel()).catch(() => {})
      throw error
    }
  }

  async #credentials(): Promise<Record<string, string>> {
    const { apiKey, token } = this.#options
    const text = typeof token === 'function' ? await token() : token
    return {
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(text === undefined ? {} : { authorization: `Bearer ${text}` }),
    }
  }

  /** What fetch throws says little, and other things everywhere; and not every fetch heeds its signal. */
  async #reached<T>(url: string, answer: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await beforeAbort(answer, signal)
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { message?: string; code?: string } }
      const why = cause?.message || cause?.code || message
      throw new UnavailableError(
        `The server at ${new URL(url).origin} cannot be reached: ${why}.`,
        {
          cause: error,
        },
      )
    }
  }

  #place(name: OperationName, params: Parts['params'] = {}, query: Parts['query'] = {}) {
    const [method, path] = ROUTES[name].split(' ') as [string, string]
    const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => segment(params[key]))
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([key, value]) =>
        value === undefined || value === null
          ? []
          : [value].flat().map((one) => [key, String(one)] as [string, string]),
      ),
    ).toString()
    return { method, url: `${this.#base}${filled}${search === '' ? '' : `?${search}`}` }
  }
}

type Parts = {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

/** A key under which a write is carried out once. Pages without TLS have no randomUUID. */
export function drawKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** How long to wait before a request is sent again; null: that would help nothing. */
function pauseBefore(error: unknown, tries: number): number | null {
  if (error instanceof UnavailableError) return backoff(tries, LONGEST_PAUSE_MS)
  if ((error as { code?: unknown }).code === 'MR066') return backoff(tries, LONGEST_PAUSE_MS)
  if (error instanceof RateLimitedError && error.retryAfter <= LONGEST_PAUSE_MS)
    return error.retryAfter + backoff(1, LONGEST_PAUSE_MS)
  return null
}

/** A part of a path. Those of dots alone would be taken away by who reads the address. */
function segment(value: unknown): string {
  const text = String(value)
  if (text !== '' && !/^\.{1,2}$/.test(text)) return encodeURIComponent(text)
  throw new InvalidInputError(`"${text}" is no id or name.`)
}

function checkBase({ baseUrl, apiKey, token }: HttpClientOptions): string {
  let url: URL | null = null
  try {
    url = new URL(baseUrl)
  } catch {}
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new InvalidInputError(
      `baseUrl "${String(baseUrl).slice(0, 200)}" is not the address of a server. Give it as 'https://flows.example.com', without a query.`,
    )
  if (apiKey !== undefined && token !== undefined)
    throw new InvalidInputError('Give apiKey or token, not both.')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

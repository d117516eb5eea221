import { type Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { HttpFinalError } from './http-error.ts'

/** The bytes of a body, decoded; `truncated` where there were more than the limit. */
export type ResponseBytes = { bytes: Buffer; truncated: boolean }

/** What a request accepts, unless it says so itself. Not deflate: servers do not agree what that is. */
export const ACCEPTED_ENCODINGS = 'gzip, br'

/** Bytes that a coding may add: a body of empty blocks is endless, and gives nothing that a limit could count. */
const CODING_OVERHEAD = 64 * 1024

/** Codings on top of each other; each one multiplies the work that a small answer can make. */
const MAX_CODINGS = 2

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Reads a body to its end, or to `maxBytes` of what it is decoded; then the connection is closed. Never
 * more than the limit is held.
 * @throws HttpFinalError (`response`) for a coding that nobody asked for.
 */
export async function readResponseBody(
  body: Readable,
  encoding: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ResponseBytes> {
  const coded = encoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  const chain = coded.reverse().map(openDecoder)
  const sink = new Collector(maxBytes)
  const wire = new Meter(maxBytes + CODING_OVERHEAD)
  const meters = chain.slice(1).map(() => new Meter(maxBytes + CODING_OVERHEAD))
  const between = chain.flatMap((decoder, i) => [...(i > 0 ? meters.slice(i - 1, i) : []), decoder])
  try {
    const parts = chain.length === 0 ? [] : [wire, ...between]
    await pipeline([body, ...parts, sink], { signal })
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof Full) return { bytes: sink.bytes(), truncated: true }
    // an answer without a body (HEAD, 304) may still name a coding
    if (chain.length > 0 && wire.seen === 0 && errorCode(error) === 'Z_BUF_ERROR') {
      return { bytes: Buffer.alloc(0), truncated: false }
    }
    throw error
  }
  return { bytes: sink.bytes(), truncated: false }
}

/** Ends a pipeline that has brought enough. */
class Full extends Error {}

/** Lets a number of bytes through, and then no more. */
class Meter extends Transform {
  readonly #max: number
  seen = 0

  constructor(max: number) {
    super()
    this.#max = max
  }

  override _transform(chunk: Buffer, _: unknown, done: (e?: Error | null, c?: Buffer) => void) {
    this.seen += chunk.length
    if (this.seen > this.#max) done(new Full())
    else done(null, chunk)
  }
}

/**
 * Keeps a number of bytes; ends the pipeline with the first one beyond. It copies: a chunk of one byte
 * costs a hundred as an object, and holds the memory of the packet that it came in.
 */
class Collector extends Writable {
  readonly #max: number
  #kept = Buffer.alloc(0)
  #size = 0

  constructor(max: number) {
    super()
    this.#max = max
  }

  override _write(chunk: Buffer, _: unknown, done: (error?: Error | null) => void) {
    const part = chunk.subarray(0, this.#max - this.#size)
    this.#makeRoom(this.#size + part.length)
    this.#size += part.copy(this.#kept, this.#size)
    done(part.length < chunk.length ? new Full() : null)
  }

  bytes(): Buffer {
    return this.#kept.subarray(0, this.#size)
  }

  #makeRoom(size: number): void {
    if (size <= this.#kept.length) return
    const larger = Buffer.alloc(Math.min(this.#max, Math.max(size, this.#kept.length * 2, 4096)))
    this.#kept.copy(larger)
    this.#kept = larger
  }
}

function openDecoder(name: string, index: number): Transform {
  const open = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (open !== undefined && index < MAX_CODINGS) return open()
  const rule = `It accepts ${ACCEPTED_ENCODINGS}, at most ${MAX_CODINGS} of them.`
  throw new HttpFinalError('response', `The answer has a coding that cannot be read. ${rule}`)
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

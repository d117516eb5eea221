import { InvalidInputError, PayloadError } from '../model/errors.ts'
import { encodePayload, type Json } from '../model/json.ts'
import { MAX_PAYLOAD_BYTES } from '../model/limits.ts'
import type { AttemptContext } from './step-context.ts'
import type { StepContext } from './step-types.ts'

/** What gives the chunks of a step. */
export type StreamSource = (ctx: StepContext) => unknown

/**
 * The handler of a step.stream: takes all that its source gives, tells each chunk as it comes, and gives the array.
 * @throws InvalidInputError for a source that is none; PayloadError once the array is larger than an output may be
 */
export function streamHandler(key: string, source: StreamSource) {
  return async (ctx: StepContext): Promise<Json[]> => {
    const chunks = checkSource(key, await source(ctx))
    const sink = (ctx as AttemptContext).stored()
    const all: Json[] = []
    let bytes = 2
    try {
      for await (const chunk of chunks) {
        ctx.signal.throwIfAborted()
        const text =
          encodePayload(chunk, { what: `chunk ${all.length} of step "${key}"` }) ?? 'null'
        bytes += Buffer.byteLength(text) + 1
        if (bytes > MAX_PAYLOAD_BYTES) throw tooLarge(key, all.length)
        all.push(JSON.parse(text) as Json)
        sink.write(text)
      }
    } finally {
      sink.end()
    }
    return all
  }
}

function tooLarge(key: string, count: number): PayloadError {
  return new PayloadError(
    `The chunks of step "${key}" are over the limit of 1 MiB, after ${count} of them. Store them elsewhere, and give a reference; ctx.write tells chunks without storing them.`,
    { details: { rule: 'size', limit: MAX_PAYLOAD_BYTES } },
  )
}

function checkSource(key: string, source: unknown): AsyncIterable<unknown> {
  const isSource =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source)
  if (isSource) return source as AsyncIterable<unknown>
  throw new InvalidInputError(
    `The source of step.stream "${key}" gave ${source === null ? 'null' : typeof source}, not an async iterable.`,
    { issues: [{ message: 'not an async iterable' }] },
  )
}

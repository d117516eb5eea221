import type { MiddlewareHandler } from 'hono'
import { PayloadError, RequestError } from '../model/errors.ts'
import type { ServerEnv } from './server-parts.ts'

/**
 * Reads the body up to the limit, counted as it comes: one that is too large is refused before it is here.
 * @throws PayloadError (413), RequestError (400) for what is not UTF-8, (415) for what is compressed
 */
export const readBody: MiddlewareHandler<ServerEnv> = async (c, next) => {
  const { raw } = c.req
  refuseEncoded(raw)
  const bytes = await readBytes(raw, c.var.parts.options.maxBodyBytes)
  const text = decode(bytes)
  const headers = new Headers(raw.headers)
  headers.delete('content-length')
  // what sends no body may say all the same what type it would have
  if (bytes.length === 0) headers.delete('content-type')
  const { method, url, signal } = raw
  c.set('rawBody', bytes)
  c.req.raw = new Request(url, { method, headers, signal, ...(bytes.length > 0 && { body: text }) })
  await next()
}

/**
 * A body that is compressed would be read as it is, and be none: where its limit counts what it becomes, a server must undo
 * it to know.
 * @throws RequestError (415)
 */
export function refuseEncoded({ headers }: Request): void {
  const encoding = headers.get('content-encoding')
  if (encoding === null || /^(identity)?$/i.test(encoding.trim())) return
  throw new RequestError('The body is compressed, which is not taken here. Send it as it is.', {
    code: 'MR063',
  })
}

/** The bytes of a body, as they came. @throws PayloadError (413) as soon as it is larger than that */
export async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > most) throw tooLarge(most)
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(cutOff)
    if (done) return Buffer.concat(chunks)
    size += value.byteLength
    if (size > most) {
      await reader.cancel().catch(() => {})
      throw tooLarge(most)
    }
    chunks.push(value)
  }
}

/** Whoever sent it has gone, or was too slow. */
function cutOff(cause: unknown): never {
  throw new RequestError('The request ended before its body did.', { cause })
}

function tooLarge(most: number): PayloadError {
  return new PayloadError(
    `The body is larger than ${most} bytes, which is the most that this server takes. Send less, or raise maxBodyBytes.`,
    { details: { rule: 'size', limit: most } },
  )
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new RequestError('The body is not valid UTF-8.')
  }
}

/**
 * For routes whose body must be there: none at all would be read as one that sets nothing.
 * @throws RequestError (400)
 */
export const requireBody: MiddlewareHandler<ServerEnv> = async (c, next) => {
  if ((c.var.rawBody?.length ?? 0) === 0)
    throw new RequestError(
      'The request has no body. Send JSON, with content-type: application/json.',
    )
  await next()
}

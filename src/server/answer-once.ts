import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { KeptAnswer, RequestLedger } from '../client/request-ledger.ts'
import { ConflictError, IdempotencyConflictError, InvalidInputError } from '../model/errors.ts'
import { answerProblem } from './problem.ts'
import type { ServerEnv } from './server-parts.ts'

const form = /^[\x21-\x7e]{1,255}$/
/** Well before its lease of 15 s is over. */
const RENEW_MS = 5000
/** What an answer is given again with. */
const KEPT_HEADERS = ['content-type', 'location']
/** Of these the caller shall try again, with the same key. */
const PASSING = new Set([429, 503])

/**
 * Carries a write out once for its Idempotency-Key: sent again within a day, it is answered as before. Whatever a
 * server that dies over it has done, the next one does again under the same ids, which changes nothing.
 * @param draws what it does draws ids that are to be the same again; starts have the key itself
 * @param shownOnce fields of the answer that are not kept: nobody can read them again
 * @throws IdempotencyConflictError (422) for a key that was used for something else, ConflictError (409) while the
 *   request is under way
 */
export async function answerOnce(
  c: Context<ServerEnv>,
  { draws, shownOnce = [] }: { draws: boolean; shownOnce?: readonly string[] | undefined },
  carryOut: () => Response | Promise<Response>,
): Promise<Response> {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return carryOut()
  if (!form.test(key)) throw badKey()
  const { client } = c.var
  const verdict = await client.serverSide.requests.begin(key, hashOf(c))
  if (verdict.kind === 'answered') return replay(c, verdict)
  if (verdict.kind === 'other')
    throw new IdempotencyConflictError(
      `The Idempotency-Key "${key}" was used for another request. Use another key for another request.`,
      { code: 'MR065', details: { key } },
    )
  if (verdict.kind === 'busy')
    throw new ConflictError(
      `A request with the Idempotency-Key "${key}" is under way. Send it again in a moment for its answer.`,
      { code: 'MR066', details: { key } },
    )
  c.set('idempotencyKey', key)
  if (draws) c.set('client', client.withIds(verdict.firstId))
  return keep(c, client.serverSide.requests, { key, firstId: verdict.firstId, shownOnce }, carryOut)
}

/** Whatever becomes of it, the key does not stay under way. */
async function keep(
  c: Context<ServerEnv>,
  requests: RequestLedger,
  { key, firstId, shownOnce }: { key: string; firstId: bigint; shownOnce: readonly string[] },
  carryOut: () => Response | Promise<Response>,
): Promise<Response> {
  const renewal = setInterval(() => {
    requests.renew(key, firstId).catch(() => {})
  }, RENEW_MS)
  try {
    const answer = await Promise.resolve()
      .then(carryOut)
      .catch((error: unknown) => answerProblem(error, c))
    const isKept = answer.status < 500 && !PASSING.has(answer.status)
    await requests.finish(key, firstId, isKept ? await readAnswer(answer, shownOnce) : null)
    return answer
  } finally {
    clearInterval(renewal)
  }
}

async function readAnswer(answer: Response, shownOnce: readonly string[]): Promise<KeptAnswer> {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  const text = await answer.clone().text()
  const body = answer.body === null ? null : without(text, shownOnce)
  return { status: answer.status, headers: JSON.stringify(headers), body }
}

/** What is shown once is null in the answer that is kept. */
function without(text: string, names: readonly string[]): string {
  if (names.length === 0) return text
  const body = JSON.parse(text) as Record<string, unknown>
  for (const name of names) if (name in body) body[name] = null
  return JSON.stringify(body)
}

function replay(c: Context<ServerEnv>, { status, headers, body }: KeptAnswer): Response {
  for (const [name, value] of JSON.parse(headers) as [string, string][]) c.header(name, value)
  c.header('idempotency-replayed', 'true')
  return c.newResponse(body, status as 200)
}

/** Method, address and body: what makes it the same request. */
function hashOf(c: Context<ServerEnv>): string {
  const { pathname, search } = new URL(c.req.url)
  const hash = createHash('sha256').update(`${c.req.method} ${pathname}${search}\n`)
  return hash.update(c.var.rawBody ?? '').digest('hex')
}

function badKey(): InvalidInputError {
  return new InvalidInputError(
    'The Idempotency-Key is not 1 to 255 printable characters of ASCII without spaces. A UUID is a good one.',
    { issues: [{ message: 'It is no key.', path: ['header', 'idempotency-key'] }] },
  )
}

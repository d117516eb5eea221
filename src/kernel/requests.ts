import type { Database } from './database.ts'

/** Who carries a request out is taken for dead after this long without a sign; one that works on it renews it in time. */
export const REQUEST_LEASE_MS = 15_000

/** What is to be done about a request with an Idempotency-Key. */
export type RequestVerdict =
  | { readonly kind: 'new'; readonly firstId: bigint }
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: string
      readonly body: string | null
    }
  | { readonly kind: 'busy' }
  | { readonly kind: 'other' }

type Row = {
  verdict: 'n' | 'a' | 'b' | 'c'
  first_id: string | null
  status: number | null
  headers: string | null
  body: string | null
}

/** Which request, for the calls after the first. */
export type RequestKey = { readonly tenant: number; readonly key: string; readonly firstId: bigint }

/** @see sql/functions/request/begin_request.sql */
export async function beginRequest(
  db: Database,
  tenant: number,
  key: string,
  hash: string,
  keepMs: number,
): Promise<RequestVerdict> {
  const [row] = await db.call<Row>(
    'select verdict::text, first_id::text, status, headers, body from millrace.begin_request($1, $2, $3, $4, $5)',
    [tenant, key, hash, REQUEST_LEASE_MS, keepMs],
  )
  const { verdict, first_id, status, headers, body } = row as Row
  if (verdict === 'n') return { kind: 'new', firstId: BigInt(first_id as string) }
  if (verdict === 'a')
    return { kind: 'answered', status: status as number, headers: headers ?? '[]', body }
  return verdict === 'b' ? { kind: 'busy' } : { kind: 'other' }
}

/** @param answer null: none, whoever sends the request again carries it out. @see sql/functions/request/finish_request.sql */
export async function finishRequest(
  db: Database,
  { tenant, key, firstId }: RequestKey,
  answer: { status: number; headers: string; body: string | null } | null,
): Promise<void> {
  await db.call('select millrace.finish_request($1, $2, $3, $4, $5, $6)', [
    ...[tenant, key, String(firstId)],
    ...[answer?.status ?? null, answer?.headers ?? null, answer?.body ?? null],
  ])
}

/** @see sql/functions/request/renew_request.sql */
export async function renewRequest(db: Database, request: RequestKey): Promise<void> {
  const { tenant, key, firstId } = request
  await db.call('select millrace.renew_request($1, $2, $3, $4)', [
    ...[tenant, key, String(firstId), REQUEST_LEASE_MS],
  ])
}

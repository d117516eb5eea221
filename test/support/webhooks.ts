import type { Kernel } from './kernel.ts'

export type Made = Record<string, unknown> & { path: string; secret?: string }

/** What a server has checked. */
export type GivenDelivery = {
  body?: unknown
  headers?: object
  key?: string | null
  content?: string
  byContent?: boolean
  ip?: string
}

/** What is noted of one that started nothing; without a body it is only counted. */
export type GivenRefusal = Omit<GivenDelivery, 'body'> & {
  error?: boolean
  reason?: string
  count?: number
  body?: string | null
}

export type AcceptedRow = { status: string; delivery: string; run: string }

/** What tests do with webhooks. */
export function webhookTools(kernel: Kernel) {
  const idOf = (name: string) =>
    kernel.value<string>(
      'select id::text from millrace.webhooks where name = $1 and deleted_at is null',
      [name],
    )
  return {
    idOf,
    put: (id: string, options: object) => kernel.call<Made>('put_webhook', id, options),
    /** The row, as people see it. */
    async show(id: string): Promise<Record<string, unknown>> {
      const text = 'select to_json(g) from millrace.get_webhooks($1) g'
      return kernel.value<Record<string, unknown>>(text, [{ id }])
    },
    /** As they are stored, the newest first. */
    async secrets(id: string): Promise<string[]> {
      const rows = await kernel.query<{ secret: string }>(
        `select s.secret from millrace.webhook_secrets s join millrace.webhooks w on w.id = s.webhook_id
         where w.name = $1 and w.deleted_at is null order by s.id desc`,
        [id],
      )
      return rows.map(({ secret }) => secret)
    },
    /** What a server does once the signature is checked. */
    async accept(name: string, given: GivenDelivery = {}): Promise<AcceptedRow | undefined> {
      const rows = await kernel.query<AcceptedRow>(ACCEPT, acceptValues(await idOf(name), given))
      return rows[0]
    },
    async reject(
      name: string,
      { error = false, reason = 'wrong', count = 1, body = 'x', ...given }: GivenRefusal = {},
    ): Promise<string | null> {
      return kernel.value<string | null>(
        'select millrace.reject_delivery($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
        [await idOf(name), error, reason, body, '{}', ...keysOf(given), '1.2.3.4', count],
      )
    },
    async list(options: object = {}): Promise<Record<string, unknown>[]> {
      return kernel.query('select * from millrace.get_deliveries($1)', [options])
    },
    /** What a worker does, without sending anything. */
    work: (most = 50) =>
      kernel.call<{
        ms: number | null
        posts: { id: string; attempt: number; url: string; body: string; secrets: string[] }[]
        tenants: number[]
      }>('work_webhooks', most),
  }
}

export const ACCEPT = 'select * from millrace.accept_delivery($1, $2, $3, $4, $5, $6, $7)'

export function acceptValues(webhook: string, given: GivenDelivery = {}): unknown[] {
  const { body = { a: 1 }, headers = { 'x-a': 'b' }, ip = '1.2.3.4' } = given
  return [webhook, JSON.stringify(body), JSON.stringify(headers), ...keysOf(given), ip]
}

let contents = 0

function keysOf({
  key = null,
  content = `content ${++contents}`,
  byContent = false,
}: GivenDelivery) {
  return [key, content, byContent]
}

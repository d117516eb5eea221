import { type DeliveryJson, type DeliveryStatus, getDeliveries } from '../kernel/webhooks.ts'
import { WorkflowRunNotFoundError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'
import { type Page, type PageRequest, readPage } from './page.ts'
import type { Session } from './session.ts'

/** Something that a webhook was sent, or has sent. */
export type Delivery = {
  id: string
  webhookId: string
  direction: 'in' | 'out'
  /** When it came, or was made. */
  receivedAt: Date
  /**
   * Of what came in: accepted (it started a run); duplicate (it came before); rejected (nobody who has the secret sent
   * it); error (no run could be made of it). Of what goes out: pending, delivered, failed (given up).
   */
  status: DeliveryStatus
  /** Why it started nothing, or was not delivered. */
  reason: string | null
  /** What it tells: `run.completed`. */
  event: string | null
  /** The run that it started, or tells of. */
  runId: string | null
  /** The delivery that was delivered again, or of one that came before the first. */
  redeliveryOf: string | null
  /** What its sender calls it. */
  deliveryKey: string | null
  attempts: number
  /** The status that the other side answered last. */
  answer: number | null
  nextAttemptAt: Date | null
  sourceIp: string | null
  /** Without secrets. */
  headers: Record<string, string> | null
}

/** With what was sent: JSON text; of one that was rejected the beginning of what came. */
export type DeliveryWithBody = Delivery & { body: string | null }

/** Which delivery; with `webhookId` only if it is one of that webhook, as over HTTP. */
export type DeliveryPlace = { deliveryId: string; webhookId?: string }

export type DeliveryFilter = {
  webhookId?: string
  /** Of those the newest 10,000 deliveries are looked at. */
  status?: DeliveryStatus
}

const cursors = { of: ({ id }: Delivery) => id, is: (text: string) => /^\d{1,18}$/.test(text) }

export async function readDeliveries(
  session: Session,
  p: DeliveryFilter & PageRequest,
): Promise<Page<Delivery>> {
  checkOptionNames('getDeliveries', p, {
    ...{ webhookId: true, status: true, limit: true, startingAfter: true, endingBefore: true },
  })
  const { webhookId, status } = p
  const fetch = async (page: object) => {
    const options = session.options({ webhook_id: webhookId, status, ...page })
    return { items: (await getDeliveries(session.db, options)).map(readDelivery), lastSeen: null }
  }
  return readPage(p, fetch, cursors)
}

/** @throws WorkflowRunNotFoundError */
export async function readOneDelivery(
  session: Session,
  { deliveryId, webhookId }: DeliveryPlace,
): Promise<DeliveryWithBody> {
  const id = String(deliveryId)
  const [json] = await getDeliveries(session.db, session.options({ id }))
  if (json === undefined || (webhookId !== undefined && json.webhook_id !== webhookId))
    throw new WorkflowRunNotFoundError(`There is no delivery "${id}".`)
  return { ...readDelivery(json), body: json.body }
}

export function readDelivery(json: DeliveryJson): Delivery {
  return {
    ...{ id: json.id, webhookId: json.webhook_id, direction: json.direction },
    ...{ receivedAt: new Date(json.received_at), status: json.status, reason: json.reason },
    ...{ event: json.event, runId: json.run_id, redeliveryOf: json.redelivery_of },
    ...{ deliveryKey: json.delivery_key, attempts: json.attempts, answer: json.answer },
    nextAttemptAt: json.next_at === null ? null : new Date(json.next_at),
    ...{ sourceIp: json.source_ip, headers: json.headers },
  }
}

// What only a worker for all tenants asks.
import type { Database } from './database.ts'
import type { Route } from './definitions.ts'
import { plainArray } from './sql-arrays.ts'
import { type Claim, type Claimed, type ClaimedRow, readClaimed } from './tasks.ts'

/** As whose the kernel registers a worker for all tenants, and what all of them may start: no tenant has this number. */
export const ALL_TENANTS = 0

/** A route of some tenant, and what its runs need. */
export type TenantRoute = Route & {
  readonly tenant: number
  readonly tenantSlug: string
  /** The installation's version of which it is a copy; null: the tenant's own. */
  readonly sharedId: number | null
  /** The version whose stored document makes it; null: it is code alone. */
  readonly documentId: number | null
  /** The name of that one: of a part, its flow's or graph's. */
  readonly documentName: string | null
  /** Of what the document makes, or of the code. */
  readonly kind: string
}

/** A claim for all tenants: its routes with their tenants, one tenant after the other. */
export type TenantClaim = Omit<Claim, 'routes'> & {
  readonly routes: readonly { readonly route: number; readonly tenant: number }[]
  /** So many of the routes, the first, may have runs in their queues. */
  readonly ready: number
  /** So many runs at most of the queues of one tenant. */
  readonly share: number
}

/** @see sql/functions/task/claim_tenants.sql */
export async function claimTenants(db: Database, claim: TenantClaim): Promise<Claimed> {
  const rows = await db.callArrays<ClaimedRow>(
    'select * from millrace.claim_tenants($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)',
    [
      ...[claim.worker, claim.epoch],
      plainArray(claim.routes.map(({ route }) => route)),
      plainArray(claim.routes.map(({ tenant }) => tenant)),
      plainArray(claim.after),
      ...[claim.ready, claim.share, claim.want, claim.suspect, claim.idle],
      ...[claim.since?.toISOString() ?? null, claim.ahead ?? 0, claim.lanes ?? null],
    ],
  )
  return readClaimed(rows)
}

/** Routes of all tenants that have runs in their queues. @see sql/functions/task/ready_routes.sql */
export async function readyRoutes(db: Database): Promise<number[]> {
  const rows = await db.callArrays<[number]>('select * from millrace.ready_routes()', [])
  return rows.map(([route]) => route)
}

/** @see sql/functions/definition/describe_routes.sql */
export async function describeRoutes(
  db: Database,
  routes: readonly number[],
): Promise<TenantRoute[]> {
  if (routes.length === 0) return []
  const text = `select route_id as route, tenant_id as tenant, tenant as "tenantSlug", name, version, shared_id as "sharedId",
      document_id as "documentId", document_name as "documentName", kind, queue, priority, head, sweep_ms as "sweepMs", limited from millrace.describe_routes($1)`
  return db.call<TenantRoute>(text, [routes])
}

/** A stored document, of whatever tenant. */
export type StoredDocument = {
  readonly id: number
  readonly name: string
  readonly version: string
  readonly document: string
}

/** The first of these; who asks again has those. @see sql/functions/definition/stored_documents.sql */
export async function storedDocuments(
  db: Database,
  workflows: readonly number[],
): Promise<StoredDocument[]> {
  const text =
    'select document_id as id, name, version, document from millrace.stored_documents($1)'
  return db.call<StoredDocument>(text, [workflows])
}

/** What the installation has is this tenant's too. @see sql/functions/definition/adopt_workflow.sql */
export async function adoptWorkflow(
  db: Database,
  tenant: number,
  name: string,
  version: string,
): Promise<void> {
  await db.call('select from millrace.adopt_workflow($1, $2, $3)', [tenant, name, version])
}

import type { DefinitionRecord } from '../model/definition-record.ts'
import type { Json } from '../model/json.ts'
import type { Database, Tx } from './database.ts'

/** The number of a tenant. @throws PermissionError if there is none of that name. */
export async function tenantId(db: Database, slug: string, tx?: Tx): Promise<number> {
  const rows = await db.call<{ id: number }>('select millrace.tenant_id($1) as id', [slug], tx)
  return rows[0]?.id as number
}

/**
 * Makes a workflow version known, so that runs of it can be started.
 * @param document what it is, where that is data
 * @throws ConflictError (MR015) if the version exists with another document
 */
export async function registerWorkflow(
  db: Database,
  tenant: number,
  name: string,
  version: string,
  definition: DefinitionRecord,
  document?: { readonly text: string; readonly hash: string },
): Promise<void> {
  await db.call('select millrace.register_workflow($1, $2, $3, $4, $5, $6)', [
    ...[tenant, name, version, JSON.stringify(definition)],
    ...[document?.text ?? null, document?.hash ?? null],
  ])
}

export type RouteChoice = {
  readonly name: string
  readonly version?: string | undefined
  readonly queue?: string | undefined
  readonly priority?: number | undefined
  /** Also what was deleted: a run of it goes on as another. */
  readonly deleted?: boolean | undefined
}

/** Where a start goes: every choice made. */
export type ResolvedRoute = {
  readonly route: number
  readonly version: string
  readonly queue: string
  readonly priority: number
  readonly definition: DefinitionRecord
  /** Paths into the input that its limits need the values of; null: none. And the path of the key's weight. */
  readonly keys: string[] | null
  readonly weight: string | null
}

/** Where a start goes, and the defaults it gets. @throws WorkflowNotFoundError */
export async function resolveRoute(
  db: Database,
  tenant: number,
  choice: RouteChoice,
  tx?: Tx,
): Promise<ResolvedRoute> {
  const rows = await db.call<ResolvedRoute>(
    'select route_id as route, version, queue, priority, definition, keys, weight from millrace.resolve_route($1, $2, $3, $4, $5, $6)',
    [
      ...[tenant, choice.name, choice.version ?? null, choice.queue ?? null],
      ...[choice.priority ?? null, choice.deleted ?? false],
    ],
    tx,
  )
  return rows[0] as ResolvedRoute
}

export type Route = {
  readonly route: number
  readonly name: string
  readonly version: string
  readonly queue: string
  readonly priority: number
  /** The place in its queue after which to look first; how long a sweep took last, 0 if not worth noting. */
  readonly head: string
  readonly sweepMs: number
  /** Its runs are handed out by limits: the end of one may give another its place. */
  readonly limited: boolean
}

/** The routes that a worker with these workflow versions can serve, highest priority first. */
export async function getRoutes(
  db: Database,
  tenant: number,
  workflows: readonly (readonly [name: string, version: string])[],
  queues: readonly string[] | null,
): Promise<Route[]> {
  return db.call<Route>(
    'select route_id as route, name, version, queue, priority, head, sweep_ms as "sweepMs", limited from millrace.get_routes($1, $2, $3, $4)',
    [tenant, workflows.map(([name]) => name), workflows.map(([, version]) => version), queues],
  )
}

/** Which stored definitions a worker could serve. */
export type DocumentsFilter = {
  /** Workflows that it takes up by their documents. */
  readonly names: readonly string[]
  /** Graphs that it takes; `['*']`: all; null: none. */
  readonly graphs: readonly string[] | null
  /** What it has already, or could not take up. */
  readonly known: readonly (readonly [name: string, version: string])[]
  /** Also versions that are not the newest, if they have unfinished runs. Reads all unfinished runs. */
  readonly unfinished: boolean
}

export type DocumentRow = {
  readonly id: string
  readonly version: string
  readonly kind: string
  readonly document: string
}

/** A few at a time, until there are no more. @see sql/functions/definition/get_documents.sql */
export async function getDocuments(
  db: Database,
  tenant: number,
  { names, graphs, known, unfinished }: DocumentsFilter,
): Promise<DocumentRow[]> {
  return db.call<DocumentRow>(
    'select workflow_id as id, version, kind, document from millrace.get_documents($1, $2, $3, $4, $5, $6)',
    [
      ...[tenant, names, graphs],
      ...[known.map(([name]) => name), known.map(([, version]) => version), unfinished],
    ],
  )
}

export type DefinedRow = { workflow_id: string; version: string; created: boolean }

/** Stores a graph. @param document JSON text @see sql/functions/definition/define_workflow.sql */
export async function defineWorkflow(
  db: Database,
  document: string,
  options: object,
): Promise<DefinedRow> {
  const text = 'select workflow_id, version, created from millrace.define_workflow($1, $2)'
  const rows = await db.call<DefinedRow>(text, [document, options])
  return rows[0] as DefinedRow
}

export type DefinitionRow = {
  workflow_id: string
  version: string
  kind: string
  document: Json
  hash: string
  created_at: Date
}

/** @see sql/functions/definition/get_definition.sql @throws WorkflowNotFoundError */
export async function getDefinition(db: Database, options: object): Promise<DefinitionRow> {
  const text = 'select * from millrace.get_definition($1)'
  return (await db.call<DefinitionRow>(text, [options]))[0] as DefinitionRow
}

export type ListedDefinitionRow = {
  workflow_id: string
  version: string
  kind: string
  document: Json
  active: boolean
  first_at: Date
  last_at: Date
  place: string
  webhook_path: string | null
}

/** @see sql/functions/definition/get_definitions.sql */
export async function getDefinitions(
  db: Database,
  options: object,
): Promise<ListedDefinitionRow[]> {
  return db.call<ListedDefinitionRow>('select * from millrace.get_definitions($1)', [options])
}

export type WorkflowRow = {
  id: string
  version: string
  kind: string
  live: number
  workers: number
  state: 'active' | 'inactive' | 'deleted'
}

export type VersionRow = {
  workflow_id: string
  version: string
  kind: string
  live: number
  pending: number
  running: number
  waiting: number
  paused: number
  workers: number
  oldest: Date | null
  registered_at: Date
  orphaned: boolean
  retirable: boolean
}

/** @see sql/functions/definition/get_versions.sql */
export async function getVersions(db: Database, options: object): Promise<VersionRow[]> {
  return db.call<VersionRow>('select * from millrace.get_versions($1)', [options])
}

/** Whether it was active. @see sql/functions/definition/deactivate_workflow.sql @throws WorkflowNotFoundError */
export async function deactivateWorkflow(
  db: Database,
  name: string,
  options: object,
  tx?: Tx,
): Promise<boolean> {
  const text = 'select millrace.deactivate_workflow($1, $2) as changed'
  return (await db.call<{ changed: boolean }>(text, [name, options], tx))[0]?.changed === true
}

/** Whether it was not active. @see sql/functions/definition/activate_workflow.sql @throws WorkflowNotFoundError */
export async function activateWorkflow(
  db: Database,
  name: string,
  options: object,
  tx?: Tx,
): Promise<boolean> {
  const text = 'select millrace.activate_workflow($1, $2) as changed'
  return (await db.call<{ changed: boolean }>(text, [name, options], tx))[0]?.changed === true
}

export type DeletedRow = { versions: number; live: number }

/** @see sql/functions/definition/delete_workflow.sql @throws WorkflowNotFoundError, ConflictError */
export async function deleteWorkflow(
  db: Database,
  name: string,
  options: object,
  tx?: Tx,
): Promise<DeletedRow> {
  const text = 'select versions, live from millrace.delete_workflow($1, $2)'
  return (await db.call<DeletedRow>(text, [name, options], tx))[0] as DeletedRow
}

export async function getWorkflows(db: Database, options: object): Promise<WorkflowRow[]> {
  return db.call<WorkflowRow>('select * from millrace.get_workflows($1)', [options])
}

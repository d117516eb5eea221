import type { Definition } from '../definition/definition.ts'
import { recordOf } from '../definition/definition-record.ts'
import * as kernel from '../kernel/definitions.ts'
import { type Duration, parseDuration } from '../model/duration.ts'
import { InvalidInputError, WorkflowNotFoundError } from '../model/errors.ts'
import { encodePayload, type Json } from '../model/json.ts'
import { type Limits, parseLimits } from '../model/limit-rules.ts'
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH } from '../model/limits.ts'
import { checkName } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { secretOf, storeSecret } from '../webhook/index.ts'
import type { Session } from './session.ts'

/**
 * A graph as a document, as `define_workflow` takes it: `{ name, steps: [{ id, type, config }] }`; or a machine:
 * `{ workflow: { name }, states: [{ name }], transitions: [{ from, to }] }`.
 */
export type WorkflowDocument =
  | { readonly name: string; readonly steps: readonly object[] }
  | { readonly workflow: { readonly name: string }; readonly states: readonly object[] }

/** Of a graph that is put. */
export type PutWorkflowOptions = {
  /** Default: the document's own; where it has none, made from its content. */
  version?: string
  queue?: string
  /** −1000 to 1000, higher first. */
  priority?: number
  /** Tries after the first, of each step. */
  retries?: number
  /** Of a whole run; default: the document's. */
  timeout?: Duration
  /** As of `putQueue`. */
  limits?: Limits
}

const putNames: OptionNames<PutWorkflowOptions> = {
  ...{ version: true, queue: true, priority: true, retries: true, timeout: true, limits: true },
}

const limitNames: OptionNames<Limits> = { concurrency: true, rateLimit: true, fairness: true }

/** A version that is stored now. */
export type PutWorkflow = {
  id: string
  version: string
  /** False: that version was there, with the same content. */
  created: boolean
}

/** The stored document of a version. */
export type StoredDefinition = {
  workflowId: string
  version: string
  kind: Definition['kind']
  /** The graph or machine that was put; the shape of a flow. */
  document: Json
  /** sha256 of what makes it another version, in hex. */
  hash: string
  createdAt: Date
}

/** Stores a definition that is data. */
export async function storeWorkflow(
  session: Session,
  given: Definition | WorkflowDocument,
  options: PutWorkflowOptions | undefined,
): Promise<PutWorkflow> {
  checkOptionNames('putWorkflow', options, putNames)
  checkOptionNames('putWorkflow.limits', options?.limits, limitNames)
  if (!isDefinition(given)) return storeGraph(session, given, options ?? {})
  const { id, version, kind, document, defaults } = given
  if (!document) {
    throw new InvalidInputError(
      `Workflow "${id}" is code (kind ${kind}): there is nothing to store. A worker that has it makes it known.`,
      { workflowId: id },
    )
  }
  if (kind === 'graph') {
    const { queue, priority, retries, timeoutMs, limits } = defaults
    const own = sqlOptions({ version, queue, priority, retries, timeout: timeoutMs })
    const more = { ...toOptions(options ?? {}), ...secretFor(session, id, document.webhookSecret) }
    return define(session, document.text, { ...own, ...(limits && { limits }), ...more })
  }
  if (kind === 'machine')
    return define(session, document.text, { version, ...toOptions(options ?? {}) })
  const created = !(await isStored(session, id, version))
  await registerDefinition(session, await session.tenant(), given)
  return { id, version, created }
}

async function isStored(session: Session, workflowId: string, version: string): Promise<boolean> {
  try {
    await readDefinition(session, { workflowId, version })
    return true
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}

/** What is stored of a version. @throws WorkflowNotFoundError */
export async function readDefinition(
  session: Session,
  { workflowId, version }: { workflowId: string; version?: string },
): Promise<StoredDefinition> {
  checkName('workflow id', workflowId)
  if (version !== undefined) checkName('version', version)
  const options = session.options({ workflow_id: workflowId, version })
  const row = await kernel.getDefinition(session.db, options)
  const { workflow_id: id, created_at: createdAt, document, hash, ...rest } = row
  const kind = rest.kind as Definition['kind']
  return { workflowId: id, version: row.version, kind, document, hash, createdAt }
}

/** Makes a definition of the code known, with the defaults of its starts. */
export async function registerDefinition(
  session: Session,
  tenant: number,
  definition: Definition,
): Promise<void> {
  const { id, version, document } = definition
  await kernel.registerWorkflow(session.db, tenant, id, version, recordOf(definition), document)
}

function isDefinition(given: Definition | WorkflowDocument): given is Definition {
  return typeof (given as Partial<Definition> | null)?.run === 'function'
}

async function storeGraph(
  session: Session,
  document: WorkflowDocument,
  options: PutWorkflowOptions,
): Promise<PutWorkflow> {
  const what = 'the document of a workflow'
  const size = { maxBytes: MAX_DOCUMENT_BYTES, maxDepth: MAX_DOCUMENT_DEPTH }
  const { webhook_secret: secret, ...rest } = document as { webhook_secret?: unknown; name: string }
  // what is no secret the kernel refuses
  const isSecret = typeof secret === 'string' && session.secretBox !== null
  const text = encodePayload(isSecret ? rest : document, { what, ...size }) ?? 'null'
  const { timeout } = document as { timeout?: unknown }
  // SQL knows fewer forms of durations
  const own = typeof timeout === 'string' ? { timeout: parseDuration(timeout) } : {}
  const sealed = isSecret ? secretFor(session, String(rest.name), secret) : {}
  return define(session, text, { ...own, ...toOptions(options), ...sealed })
}

/** The secret of the webhook that a graph has, apart from its document. */
function secretFor(session: Session, workflow: string, secret: string | null | undefined): object {
  if (secret === undefined) return {}
  if (secret === null) return { unsigned: true }
  const of = secretOf(session.tenantSlug, `${workflow}#1`)
  const { text, sealed } = storeSecret(session.secretBox, of, secret)
  return { webhook_secret: text, ...(sealed ? { sealed } : {}) }
}

async function define(session: Session, text: string, options: object): Promise<PutWorkflow> {
  const row = await kernel.defineWorkflow(session.db, text, session.options({ ...options }))
  return { id: row.workflow_id, version: row.version, created: row.created }
}

function toOptions({ timeout, limits, ...rest }: PutWorkflowOptions): object {
  return sqlOptions({
    ...rest,
    timeout: timeout === undefined ? undefined : parseDuration(timeout),
    limits: limits === undefined ? undefined : parseLimits(limits),
  })
}

function sqlOptions(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

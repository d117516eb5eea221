import { isSignal } from '../definition/signal.ts'
import type { Startable } from '../definition/startable.ts'
import type { Tx } from '../kernel/database.ts'
import { isRefused } from '../kernel/database-error.ts'
import { type ResolvedRoute, type RouteChoice, resolveRoute } from '../kernel/definitions.ts'
import { type Accepted, type RunJson, type Start, type Started, startRuns } from '../kernel/runs.ts'
import { Batcher } from '../model/batcher.ts'
import type { DefinitionRecord } from '../model/definition-record.ts'
import { parseDuration } from '../model/duration.ts'
import { ConflictError, IdempotencyConflictError, InvalidInputError } from '../model/errors.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { MAX_ATTEMPTS, MAX_BATCH, MAX_KEY, MAX_PRIORITY } from '../model/limits.ts'
import { checkName, checkTags, checkText } from '../model/names.ts'
import { checkOptionNames } from '../model/options.ts'
import { decodeRunId, encodeRunId, isUuid } from '../model/run-id.ts'
import { validate } from '../model/schema.ts'
import { encodeAttributes, fillAttributes } from './attribute-values.ts'
import { IdPool } from './id-pool.ts'
import { type LimitKeys, limitKeys } from './limit-keys.ts'
import type { Session } from './session.ts'
import type { StartOptions, StartSignal } from './start-options.ts'
import { inputOfStart, type RulesOfStart, rulesOfStart } from './start-rules.ts'
import { untilHeard } from './until-heard.ts'

export type { StartOptions, StartSignal }

/** What only the engine itself says of a start. */
export type InnerOptions = {
  parent?: string
  parentClose?: string
  /** Runs above it that wait for each other, from the second on. */
  depth?: number
  /** It goes on where another ends, whose start was decided: no rule holds for it. */
  continues?: boolean
  /** Also of a workflow that was deleted: the run belongs to one that was left. */
  deleted?: boolean
}

/** A start that is ready to be sent, and the run as it will be the moment it is made. */
export type Prepared = {
  /** Its ids are others once it was sent, if those that were drawn were another run's. */
  start: Start
  id: string
  readonly born: Omit<RunJson, 'created_at' | 'updated_at'>
}

/** A version that is registered meanwhile is seen after this long. */
const ROUTE_FRESH_MS = 5000
/** Blocks of ids that are drawn for starts whose ids others have: far more than there ever are. */
const MAX_DRAWS = 100

type Resolved = { readonly route: Promise<ResolvedRoute>; readonly at: number }
type Answer = { readonly started: Started } | { readonly error: unknown }

/** Starts runs: checks, draws ids, and sends what became ready together. */
export class Starter {
  readonly ids: IdPool
  readonly #session: Session
  readonly #routes = new Map<string, Resolved>()
  readonly #batcher: Batcher<Start, Answer>
  /** The ids under which starts were sent instead, where the database gave theirs to others. */
  readonly #fresh = new WeakMap<Start, string>()

  /** @param ids of another tenant's client of the same database: they are the database's, not the tenant's */
  constructor(session: Session, ids?: IdPool) {
    this.#session = session
    this.ids = ids ?? new IdPool(session.db)
    this.#batcher = new Batcher({ lanes: 2, max: 500, send: (starts) => this.#send(starts) })
  }

  /**
   * Checks a start and gives it its id.
   * @throws InvalidInputError, PayloadError, WorkflowNotFoundError
   */
  async prepare(
    workflow: Startable & { version?: string },
    input: unknown,
    options: StartOptions & InnerOptions = {},
  ): Promise<Prepared> {
    checkName('workflow id', workflow.id)
    checkOptions(options)
    const what = `the input of workflow "${workflow.id}"`
    // what is stored is what the caller gave: the worker applies the schema again, for what it
    // makes of it
    if (workflow.inputSchema) await validate(workflow.inputSchema, input, what)
    const text = encodePayload(input, { what })
    const signal = options.signal === undefined ? null : await prepareSignal(options.signal)
    const version = options.version ?? workflow.version
    const { queue, priority, deleted } = options
    const resolved = await this.#resolve(
      { name: workflow.id, version, queue, priority, deleted },
      options.tx,
    )
    const { definition } = resolved
    const stored = resolved.keys || definition.attributes ? decodePayload(text) : null
    const keys = limitKeys(workflow.id, resolved, stored)
    const isChild = options.parent !== undefined
    const asked = options.continues ? undefined : definition.rules
    const rules = rulesOfStart(workflow.id, asked, text, isChild)
    const attributes = fillAttributes(definition.attributes, options.attributes, stored)
    const number = await this.ids.take(options.tx)
    const meta = makeMeta(workflow.id, { ...options, attributes }, definition, {
      ...keys,
      ...rules,
    })
    const start = {
      id: String(number),
      route: resolved.route,
      delayMs: delayOf(options, rules.rules),
      input: inputOfStart(workflow.id, asked, text, options),
      meta: meta && JSON.stringify(meta),
      ...(signal === null ? {} : { signal: { id: `$${number}`, ...signal } }),
    }
    const id = options.runId?.toLowerCase() ?? encodeRunId(number)
    return {
      start,
      id,
      born: newborn(id, workflow.id, resolved, start, { ...options, attributes }),
    }
  }

  /** Sends one start; what it becomes, it becomes durably. */
  async start(prepared: Prepared, tx?: Tx): Promise<Accepted> {
    const started = tx
      ? ((
          await this.#startRuns(await this.#session.tenant(tx), [prepared.start], tx)
        )[0] as Started)
      : await this.#startWithOthers(prepared.start)
    this.#rename(prepared)
    return refuseTaken(started, prepared)
  }

  /** Sends many, all or none. @throws InvalidInputError for more than 1,000 */
  async startAll(prepared: readonly Prepared[], tx?: Tx): Promise<Accepted[]> {
    if (prepared.length > MAX_BATCH) {
      throw new InvalidInputError(
        `${prepared.length} starts in one call are over the limit of ${MAX_BATCH}. Start them in several calls.`,
      )
    }
    if (prepared.length === 0) return []
    const tenant = await this.#session.tenant(tx)
    const { db } = this.#session
    const starts = prepared.map((one) => one.start)
    const startIn = async (inner?: Tx) => {
      const started = await this.#startRuns(tenant, starts, inner)
      for (const one of prepared) this.#rename(one)
      return started.map((one, i) => refuseTaken(one, prepared[i] as Prepared))
    }
    // only a key or an id can be taken: then the others must not be started either
    const mayBeTaken = starts.some((start) => start.meta !== null)
    if (tx) return startIn(tx)
    return this.#untilHeard(() => (mayBeTaken ? db.transaction(startIn) : startIn()))
  }

  async #startWithOthers(start: Start): Promise<Started> {
    const answer = await this.#batcher.add(start)
    if ('error' in answer) throw answer.error
    return answer.started
  }

  async #send(starts: Start[]): Promise<Answer[]> {
    const tenant = await this.#session.tenant()
    try {
      const started = await this.#untilHeard(() => this.#startRuns(tenant, starts))
      return started.map((one) => ({ started: one }))
    } catch (error) {
      if (isRefused(error)) return this.#apart(starts, error)
      throw error
    }
  }

  /** Sends again while the outcome is unknown: what was there already stays as it is. */
  #untilHeard<T>(send: () => Promise<T>): Promise<T> {
    return untilHeard(async (lost) => {
      const sent = await send()
      // it may have been set back while it was away, and hand out again what was drawn before
      if (lost) this.ids.drop()
      return sent
    })
  }

  /** Starts whose ids are other runs' are sent again under fresh ones; the others change nothing. */
  async #startRuns(tenant: number, starts: readonly Start[], tx?: Tx): Promise<Started[]> {
    for (let draws = 0; ; draws++) {
      const sent = starts.map((start) => this.#renewed(start))
      const started = await startRuns(this.#session.db, tenant, sent, tx)
      const taken = starts.filter((_, i) => started[i]?.kind === 'number-taken')
      if (taken.length === 0 || draws === MAX_DRAWS) return started
      this.ids.drop()
      for (const start of taken) this.#fresh.set(start, String(await this.ids.take(tx)))
    }
  }

  #renewed(start: Start): Start {
    const id = this.#fresh.get(start)
    return id === undefined ? start : { ...start, id }
  }

  #rename(prepared: Prepared): void {
    const { start } = prepared
    prepared.start = this.#renewed(start)
    if (prepared.start === start || prepared.id !== encodeRunId(BigInt(start.id))) return
    prepared.id = encodeRunId(BigInt(prepared.start.id))
    prepared.born.id = prepared.id
  }

  /** One start that is refused must not take those of others with it. */
  async #apart(starts: Start[], error: unknown): Promise<Answer[]> {
    if (starts.length === 1) return [{ error }]
    const answers: Answer[] = []
    for (const start of starts) answers.push(...(await this.#send([start])))
    return answers
  }

  /** Another version of this workflow may be what starts take now. */
  forget(workflow: string): void {
    for (const key of this.#routes.keys())
      if ((JSON.parse(key) as [name: string])[0] === workflow) this.#routes.delete(key)
  }

  /** Asked once for all starts that need it, also while the answer is on its way. */
  async #resolve(choice: RouteChoice, tx?: Tx): Promise<ResolvedRoute> {
    const key = JSON.stringify([
      ...[choice.name, choice.version, choice.queue, choice.priority],
      choice.deleted,
    ])
    const known = this.#routes.get(key)
    if (known && performance.now() - known.at < ROUTE_FRESH_MS) return known.route
    const route = this.#ask(choice, tx)
    // made within a transaction, a route exists only if that commits
    if (tx) return route
    const asked = { route, at: performance.now() }
    this.#routes.set(key, asked)
    route.catch(() => {
      if (this.#routes.get(key) === asked) this.#routes.delete(key)
    })
    return route
  }

  async #ask(choice: RouteChoice, tx?: Tx): Promise<ResolvedRoute> {
    return resolveRoute(this.#session.db, await this.#session.tenant(tx), choice, tx)
  }
}

/** What is known of a run before it is made: what get_run will say of it then. */
function newborn(
  id: string,
  workflow: string,
  resolved: ResolvedRoute,
  start: Start,
  options: StartOptions & InnerOptions,
): Prepared['born'] {
  return {
    id,
    workflow_id: workflow,
    version: resolved.version,
    status: 'pending',
    reason: null,
    phase: null,
    queue: resolved.queue,
    priority: resolved.priority,
    resource_id: options.resourceId ?? null,
    idempotency_key: options.idempotencyKey ?? null,
    parent_id: options.parent === undefined ? null : encodeRunId(BigInt(options.parent)),
    retried_from: null,
    forked_from: null,
    forked_at: null,
    schedule_id: null,
    scheduled_for: null,
    continued_from: null,
    continued_as: null,
    input: decodePayload(start.input),
    output: null,
    failure: null,
    state: {},
    tags: options.tags ?? [],
    attributes: options.attributes ?? {},
    current_step_id: null,
    starts_at: null,
    waits: [],
    paused_at: null,
    resumed_at: null,
    completed_at: null,
    timeout_at: null,
    retry_count: 0,
    max_retries: options.retries ?? resolved.definition.retries ?? 2,
  }
}

/** A debounced run waits for its quiet period at least, a batch for others. */
function delayOf({ delay }: StartOptions, rules: RulesOfStart | undefined): number | null {
  const own = delay === undefined ? null : parseDuration(delay)
  const quiet = rules?.debounce?.period_ms ?? rules?.batch?.timeout_ms
  return quiet === undefined ? own : Math.max(quiet, own ?? 0)
}

/** @throws InvalidInputError, PayloadError */
async function prepareSignal(signal: StartSignal) {
  checkOptionNames('the signal of a start', signal, {
    ...{ signal: true, eventName: true, data: true, dedupeId: true },
  })
  const { data, dedupeId } = signal
  const known = 'signal' in signal && isSignal(signal.signal) ? signal.signal : null
  const name = checkName(
    'eventName',
    known ? known.name : (signal as { eventName?: unknown }).eventName,
  )
  const what = `the data of signal "${name}"`
  if (known?.schema) await validate(known.schema, data, what)
  if (dedupeId !== undefined) checkText('dedupeId', dedupeId, MAX_KEY)
  const text = encodePayload(data, { what })
  return { name, data: text, ...(dedupeId === undefined ? {} : { id: dedupeId }) }
}

function refuseTaken(started: Started, prepared: Prepared): Accepted {
  if (started.kind === 'made' || started.kind === 'existing') return started
  if (started.kind === 'held') throw heldBy(encodeRunId(BigInt(started.run)), prepared)
  const meta = JSON.parse(prepared.start.meta ?? '{}') as { key?: string; id?: string }
  const [what, value] =
    started.kind === 'key-taken'
      ? ['idempotency key', meta.key]
      : ['run id', meta.id ?? prepared.id]
  // in one call of many, the run that took the name may itself have been refused
  const existing = started.run === null ? undefined : encodeRunId(BigInt(started.run))
  throw new IdempotencyConflictError(
    `The ${what} "${value}" belongs to ${existing ? `run ${existing}` : 'another start of this call'}, which has another workflow or input. Use another one for another start.`,
    { runId: existing, details: { [what]: value, existing: existing ?? null } },
  )
}

function heldBy(existing: string, { born, start }: Prepared): ConflictError {
  const { rules } = JSON.parse(start.meta as string) as { rules?: RulesOfStart }
  return new ConflictError(
    `Run ${existing} of "${born.workflow_id}" is alive with the same key ${JSON.stringify(rules?.singleton?.key ?? {})}, and there may be only one (singleton). Wait for its end or cancel it; or let the workflow's singleton join or replace it.`,
    { runId: existing, workflowId: born.workflow_id, details: { existing } },
  )
}

function makeMeta(
  workflow: string,
  options: StartOptions & InnerOptions,
  definition: DefinitionRecord,
  keys: LimitKeys & { rules?: RulesOfStart },
): object | null {
  const { resourceId, idempotencyKey, runId, tags, attributes, retries } = options
  const { parent, parentClose, depth } = options
  const timeout =
    options.timeout === undefined ? definition.timeout_ms : parseDuration(options.timeout)
  const within = options.startWithin === undefined ? undefined : parseDuration(options.startWithin)
  const meta = {
    ...keys,
    ...(runId === undefined ? {} : { id: runId.toLowerCase() }),
    ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }),
    ...(resourceId === undefined ? {} : { resource: resourceId }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeout_ms: timeout }),
    ...(within === undefined ? {} : { start_within_ms: within }),
    ...(parent === undefined ? {} : { parent }),
    ...(parentClose === undefined ? {} : { parent_close: parentClose }),
    ...(depth === undefined ? {} : { depth }),
  }
  return Object.keys(meta).length === 0 ? null : { ...meta, workflow }
}

function checkOptions(options: StartOptions): void {
  const {
    resourceId,
    idempotencyKey,
    runId,
    version,
    queue,
    priority = 0,
    tags = [],
    retries = 0,
  } = options
  if (resourceId !== undefined) checkText('resourceId', resourceId, MAX_KEY)
  if (idempotencyKey !== undefined) checkText('idempotencyKey', idempotencyKey, MAX_KEY)
  if (version !== undefined) checkName('version', version)
  if (queue !== undefined) checkName('queue', queue)
  if (
    runId !== undefined &&
    (typeof runId !== 'string' || !isUuid(runId) || decodeRunId(runId) !== null)
  ) {
    throw new InvalidInputError(
      `runId "${runId}" is not a UUID that a caller may choose: make one with crypto.randomUUID(), or leave it out.`,
    )
  }
  if (!Number.isInteger(priority) || Math.abs(priority) > MAX_PRIORITY) {
    throw new InvalidInputError(`Priority ${priority} is not a whole number from -1000 to 1000.`)
  }
  if (!Number.isInteger(retries) || retries < 0 || retries >= MAX_ATTEMPTS) {
    throw new InvalidInputError(
      `retries ${retries} is not a whole number from 0 to ${MAX_ATTEMPTS - 1}.`,
    )
  }
  checkTags(tags)
  if (options.attributes !== undefined) encodeAttributes(options.attributes)
}

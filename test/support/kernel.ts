import { afterAll } from 'vitest'
import { Database, type Tx } from '../../src/kernel/database.ts'
import {
  type Advance,
  advanceTasks,
  claimTasks,
  heldTasks,
  type LeasedTask,
} from '../../src/kernel/tasks.ts'
import type { JournalRow, Verdict, Wait } from '../../src/model/journal.ts'
import { encodeRunId } from '../../src/model/run-id.ts'
import { eventMessage } from '../../src/workflow/event-message.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { checkInvariants } from './invariants.ts'
import { until } from './until.ts'

/** The number of the tenant that every database has; `makeTenant` gives others. */
export const DEFAULT_TENANT = 1

/** What a start may be given; run ids are decimal strings. */
export type StartOptions = {
  tenant?: number
  id?: string
  delay?: number
  input?: unknown
  meta?: Record<string, unknown>
}

/** A test's engine: a database, and short names for what tests do all the time. */
export type Kernel = TestDatabase & {
  readonly database: Database
  /** Calls a function of the kernel that returns one value; objects go as JSON. */
  call<Value>(name: string, ...values: unknown[]): Promise<Value>
  /** Registers a workflow (a name of its own if none is given) and returns its route. */
  route(options?: { tenant?: number; name?: string; definition?: object }): Promise<Route>
  /** Starts a run on a route and returns its number. */
  start(route: Route, options?: StartOptions): Promise<string>
  worker(tenant?: number): Promise<TestWorker>
  /** A worker that has just claimed the one run that is ready on this route. */
  lease(route: Route, tenant?: number): Promise<Lease>
  makeTenant(slug: string): Promise<number>
  /** The live row, or null. */
  live(run: string): Promise<LiveRow | null>
  /** The journal as short texts: `r charge 1`. */
  journal(run: string): Promise<string[]>
  /** A run as people see it. */
  run(run: string): Promise<Record<string, unknown>>
}

export type Route = { readonly route: number; readonly name: string; readonly tenant: number }
export type Lease = { readonly worker: TestWorker; readonly task: LeasedTask }
export type LiveRow = {
  state: string
  reason: string | null
  seq: number
  crashes: number
  fence: string | null
  worker_id: string | null
  turn: string
  wait_keys: string[] | null
  wait_until: (Date | null)[] | null
  wake_at: Date | null
  ask: string | null
  undo: string | null
  undo_ask: string | null
}

/** Part of an advance: the journal's length is worked out from the task's. */
export type Change = Partial<
  Pick<
    Advance,
    'op' | 'rows' | 'tail' | 'output' | 'waits' | 'parent' | 'emits' | 'values' | 'successor'
  >
> &
  Pick<Advance, 'op'> & { children?: Advance['children']; length?: number }

/** A worker of a test, which does only what it is told. */
export class TestWorker {
  readonly id: string
  readonly tenant: number
  epoch = 0
  readonly #db: Database

  constructor(db: Database, id: string, tenant: number) {
    this.#db = db
    this.id = id
    this.tenant = tenant
  }

  async claim(
    routes: Route | readonly Route[],
    options: {
      want?: number
      suspect?: boolean
      idle?: boolean
      after?: string
      since?: Date
      ahead?: number
    } = {},
  ): Promise<LeasedTask[]> {
    const numbers = [routes].flat().map((route) => (route as Route).route)
    const { tasks } = await claimTasks(this.#db, this.tenant, {
      worker: this.id,
      epoch: this.epoch,
      routes: numbers,
      after: numbers.map(() => options.after ?? '0'),
      want: options.want ?? 100,
      suspect: options.suspect ?? true,
      idle: options.idle ?? false,
      since: options.since ?? null,
      ahead: options.ahead ?? 0,
    })
    return tasks
  }

  /**
   * Claims until there is something: wakes what is due, as every claim does. A call that was refused may
   * hold its row for a moment after its error came, and claims pass over rows that are held.
   */
  async claimOne(route: Route): Promise<LeasedTask> {
    return until(
      'something is ready',
      async () => (await this.claim(route, { want: 1 }))[0] ?? null,
    )
  }

  held(): Promise<LeasedTask[]> {
    return heldTasks(this.#db, this.tenant, {
      ...{ worker: this.id, epoch: ++this.epoch },
      ...{ after: '0', most: 1000 },
    })
  }

  async advance(task: LeasedTask, change: Change, tx?: Tx): Promise<Verdict> {
    const verdicts = await advanceTasks(this.#db, this.tenant, [toAdvance(task, change)], { tx })
    return verdicts[0] as Verdict
  }

  keep(task: LeasedTask, rows: readonly JournalRow[], waits?: readonly Wait[]): Promise<Verdict> {
    return this.advance(task, { op: 'k', rows, ...(waits && { waits }) })
  }

  complete(task: LeasedTask, output: unknown = null): Promise<Verdict> {
    return this.advance(task, { op: 'c', output: JSON.stringify(output) })
  }

  fail(task: LeasedTask, failure: object = { message: 'no' }): Promise<Verdict> {
    return this.advance(task, { op: 'f', output: JSON.stringify(failure) })
  }

  wait(task: LeasedTask, ...waits: Wait[]): Promise<Verdict> {
    return this.advance(task, { op: 'w', waits })
  }
}

/** An advance of one task, with the journal's length as it will be. */
export function toAdvance(task: LeasedTask, change: Change): Advance {
  const rows = change.rows ?? []
  const length = change.length ?? task.journal.length + rows.length
  return {
    run: task.run,
    task: task.task,
    fence: task.fence,
    parent: parentOf(task),
    ...change,
    rows,
    length,
  }
}

/** A journal row. @example row('r', 'charge', 1) */
export function row(kind: JournalRow['kind'], name: string, data?: unknown): JournalRow {
  return { kind, name, data: data === undefined ? null : JSON.stringify(data) }
}

/** A wait for time. */
export function timer(key: string, ms: number | null): Wait {
  return { key, name: null, ms }
}

/** A wait for a message, for `ms` at most. */
export function message(key: string, name: string, ms: number | null = null): Wait {
  return { key, name, ms }
}

/** A wait for an event of a name and a key, for `ms` at most. */
export function event(step: string, name: string, key: string, ms: number | null = null): Wait {
  return { key: step, name: eventMessage({ name, key }), ms, event: { name, key } }
}

/** The UUID of a run's number. */
export function uuid(run: string): string {
  return encodeRunId(BigInt(run))
}

let routes = 0

/** One for a test file: afterwards the invariants are checked, and it goes away. */
export async function openKernel(options: { testClock?: boolean } = {}): Promise<Kernel> {
  const kernel = await createKernel(options)
  afterAll(async () => {
    try {
      await checkInvariants(kernel)
    } finally {
      await kernel.drop()
    }
  })
  return kernel
}

/** A database of its own, and what tests do with it. */
export async function createKernel(options: { testClock?: boolean } = {}): Promise<Kernel> {
  const db = await createDatabase(options)
  const database = new Database({ pool: db.pool })
  const ids = drawIds(db)
  const kernel: Kernel = {
    ...db,
    database,
    call: (name, ...values) => db.value(callText(name, values), values.map(toParameter)),
    async route({ tenant = DEFAULT_TENANT, name = `w${++routes}`, definition = {} } = {}) {
      const values = [tenant, name, '1', JSON.stringify(definition)]
      const route = await db.value<number>('select millrace.register_workflow($1,$2,$3,$4)', values)
      return { route, name, tenant }
    },
    async start(route, { tenant = route.tenant, delay, input, meta, ...given } = {}) {
      const id = given.id ?? (await ids())
      await db.query('select * from millrace.start_runs($1, $2, $3, $4, $5, $6)', [
        tenant,
        [id],
        [route.route],
        delay === undefined ? null : [delay],
        [input === undefined ? null : JSON.stringify(input)],
        meta === undefined ? null : [JSON.stringify({ workflow: route.name, ...meta })],
      ])
      return id
    },
    async worker(tenant = DEFAULT_TENANT) {
      const text = `select millrace.register_worker($1, 60000, '{"host": "test"}')::text`
      return new TestWorker(database, await db.value<string>(text, [tenant]), tenant)
    },
    async lease(route, tenant = route.tenant) {
      const worker = await kernel.worker(tenant)
      return { worker, task: await worker.claimOne(route) }
    },
    makeTenant: (slug) =>
      db.value<number>('insert into millrace.tenants (slug) values ($1) returning id', [slug]),
    async live(run) {
      const rows = await db.query<LiveRow>('select * from millrace.live where run_id = $1', [run])
      return rows[0] ?? null
    },
    async journal(run) {
      const rows = await db.query<{ text: string }>(
        `select concat_ws(' ', kind::text, name, data) as text from millrace.get_journal($1)`,
        [run],
      )
      return rows.map(({ text }) => text)
    },
    run: (run) => db.value('select millrace.get_run($1)', [uuid(run)]),
  }
  return kernel
}

/** Ids drawn a block at a time. */
function drawIds(db: TestDatabase): () => Promise<string> {
  let next = 0n
  let left = 0n
  return async () => {
    if (left === 0n) {
      next = BigInt(await db.value<string>('select millrace.take_ids()::text'))
      left = 1024n
    }
    left--
    return String(next++)
  }
}

function callText(name: string, values: unknown[]): string {
  return `select millrace.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`
}

/** Objects are JSON; arrays are arrays of Postgres. */
function toParameter(value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && !(value instanceof Date) ? JSON.stringify(value) : value
}

function parentOf(task: LeasedTask): string | null {
  return task.meta === null ? null : ((JSON.parse(task.meta).parent as string | undefined) ?? null)
}

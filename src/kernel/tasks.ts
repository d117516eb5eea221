import type { Change, JournalKind, JournalRow, Verdict } from '../model/journal.ts'
import type { Database, Tx } from './database.ts'
import { plainArray, textArray } from './sql-arrays.ts'

/** A run that this worker owns, with all that it needs to go on. Ids are decimal strings. */
export type LeasedTask = {
  readonly run: string
  readonly task: number
  readonly fence: string
  readonly route: number
  readonly crashes: number
  /** Milliseconds until the run's own time-out; null without one. */
  readonly timeoutMs: number | null
  readonly input: string | null
  readonly meta: string | null
  readonly journal: readonly JournalRow[]
  /** The waits that have not ended: milliseconds left, null without a time. */
  readonly waits: ReadonlyMap<string, number | null>
  /** Leased ahead of its time: by the database's clock, in milliseconds, it may not go on before. */
  readonly dueAt: number | null
}

export type Claim = {
  readonly worker: string
  readonly epoch: number
  readonly routes: readonly number[]
  /** For each route, the place in the queue after which to look. */
  readonly after: readonly string[]
  readonly want: number
  readonly suspect: boolean
  readonly idle: boolean
  /** How many runs may be leased shortly before their time comes; default 0. */
  readonly ahead?: number
  /** How many runs of routes that have limits; default: as many as are wanted. */
  readonly lanes?: number
  /** What came due before was seen to; null: look from the beginning. */
  readonly since?: Date | null
}

export type Claimed = {
  readonly tasks: LeasedTask[]
  /** The first and the last place in the queue that were taken, for each route. */
  readonly starts: ReadonlyMap<number, string>
  readonly ends: ReadonlyMap<number, string>
  /** Milliseconds until something in the database comes due; null: nothing will. */
  readonly dueMs: number | null
  readonly newestRoute: number
  readonly recoverDue: boolean
  readonly expireDue: boolean
  readonly bulkDue: boolean
  readonly retentionDue: boolean
  readonly closingDue: boolean
  readonly eventsDue: boolean
  readonly schedulesDue: boolean
  readonly webhooksDue: boolean
  readonly entitiesDue: boolean
  /** The time by which runs live, when this claim looked. */
  readonly clock: Date
}

/** A row of a claim. */
export type ClaimedRow = [
  run: string | null,
  task: number,
  fence: string,
  turn: string,
  route: number,
  crashes: number,
  timeoutMs: string | null,
  input: string | null,
  meta: string | null,
  history: string[] | null,
  waitKeys: string[] | null,
  waitMs: (string | null)[] | null,
  dueMs: string | null,
  newestRoute: number | null,
  chores: number,
  clock: Date,
]

/**
 * Leases ready runs; wakes those whose time has come first.
 * @see sql/functions/task/claim_tasks.sql
 */
export async function claimTasks(db: Database, tenant: number, claim: Claim): Promise<Claimed> {
  const rows = await db.callArrays<ClaimedRow>(
    'select * from millrace.claim_tasks($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    [
      tenant,
      claim.worker,
      claim.epoch,
      plainArray(claim.routes),
      plainArray(claim.after),
      claim.want,
      claim.suspect,
      claim.idle,
      claim.since?.toISOString() ?? null,
      claim.ahead ?? 0,
      claim.lanes ?? null,
    ],
  )
  return readClaimed(rows)
}

/** What a claim brought; its last row says how things are. */
export function readClaimed(rows: ClaimedRow[]): Claimed {
  const status = rows.pop() as ClaimedRow
  const [starts, ends] = [new Map<number, string>(), new Map<number, string>()]
  for (const row of rows) {
    const [first, last, turn] = [starts.get(row[4]), ends.get(row[4]), row[3]]
    if (turn === '0') continue // it stood apart from the others (claim_free)
    if (first === undefined || BigInt(turn) < BigInt(first)) starts.set(row[4], turn)
    if (last === undefined || BigInt(turn) > BigInt(last)) ends.set(row[4], turn)
  }
  const clock = status[15]
  return {
    tasks: rows.map((row) => readTask(row, clock.getTime())),
    starts,
    ends,
    dueMs: status[12] === null ? null : Number(status[12]),
    newestRoute: status[13] ?? 0,
    recoverDue: (status[14] & 1) !== 0,
    expireDue: (status[14] & 2) !== 0,
    bulkDue: (status[14] & 4) !== 0,
    retentionDue: (status[14] & 8) !== 0,
    closingDue: (status[14] & 16) !== 0,
    eventsDue: (status[14] & 64) !== 0,
    schedulesDue: (status[14] & 128) !== 0,
    webhooksDue: (status[14] & 256) !== 0,
    entitiesDue: (status[14] & 512) !== 0,
    clock,
  }
}

/**
 * A sweep found nothing up to these places in their queues: whoever is new begins there.
 * @see sql/functions/task/note_heads.sql
 */
export async function noteHeads(
  db: Database,
  tenant: number,
  heads: ReadonlyMap<number, string>,
  sweepMs: number,
): Promise<void> {
  await db.call('select millrace.note_heads($1, $2, $3, $4)', [
    tenant,
    [...heads.keys()],
    [...heads.values()],
    Math.ceil(sweepMs),
  ])
}

/** Whose leases, and which of them: the first so many after a run. */
export type HeldQuery = {
  readonly worker: string
  readonly epoch: number
  readonly after: string
  readonly most: number
}

/**
 * What a worker owns, after the reply of a claim was lost; in the order of the runs.
 * @see sql/functions/task/held_tasks.sql
 */
export async function heldTasks(
  db: Database,
  tenant: number,
  { worker, epoch, after, most }: HeldQuery,
): Promise<LeasedTask[]> {
  const rows = await db.callArrays<ClaimedRow>(
    'select * from millrace.held_tasks($1, $2, $3, $4, $5)',
    [tenant, worker, epoch, after, most],
  )
  return rows.map((row) => readTask(row, 0))
}

function readTask(row: ClaimedRow, clock: number): LeasedTask {
  return {
    run: row[0] as string,
    task: row[1],
    fence: row[2],
    route: row[4],
    crashes: row[5],
    timeoutMs: row[6] === null ? null : Number(row[6]),
    input: row[7],
    meta: row[8],
    journal: row[9] === null ? NO_ROWS : row[9].map(readJournalRow),
    waits: row[10] === null ? NO_WAITS : readWaits(row[10], row[11] ?? []),
    dueAt: row[12] === null ? null : clock + Number(row[12]),
  }
}

/** Most runs that are claimed are new ones. */
const NO_ROWS: readonly JournalRow[] = []
const NO_WAITS: ReadonlyMap<string, number | null> = new Map()

function readWaits(keys: string[], ms: (string | null)[]): Map<string, number | null> {
  return new Map(keys.map((key, i) => [key, ms[i] == null ? null : Number(ms[i])]))
}

/** A row as lease_rows writes it: kind, name, a line feed, data. */
function readJournalRow(text: string): JournalRow {
  const end = text.indexOf('\n')
  const data = text.slice(end + 1)
  return { kind: text[0] as JournalKind, name: text.slice(1, end), data: data === '' ? null : data }
}

/** What an owner says about one run. @see sql/functions/task/advance_tasks.sql */
export type Advance = Change & {
  readonly run: string
  readonly task: number
  readonly fence: string
  readonly parent: string | null
}

const DONE: Verdict = { kind: 'done' }
const STALE: Verdict = { kind: 'stale' }
const PAUSED: Verdict = { kind: 'paused' }

/** How a call is made. */
export type AdvanceOptions = {
  /** In this transaction. */
  readonly tx?: Tx
  /** Rises with each sending: one that comes late, after the next, changes nothing. */
  readonly stamp?: number
  /** That `tx` is still the transaction that began with this setting. */
  readonly transaction?: string
  /** A row that somebody holds for longer fails the call (isLocked). Default: it is waited for. */
  readonly patienceMs?: number
  /** Its latest time is what the database's clock shows, or more: waits count from it, not from when it gets them. */
  readonly clock?: { latest(): Date | null }
}

type VerdictRow = [
  run: string,
  verdict: string,
  seq: number,
  kind: JournalKind,
  name: string,
  data: string | null,
]

/**
 * Says all of it in one call; the answers are in the order of `items`, at most one item for each
 * run.
 */
export async function advanceTasks(
  db: Database,
  tenant: number,
  items: readonly Advance[],
  options: AdvanceOptions = {},
): Promise<Verdict[]> {
  const { tx, stamp, transaction, patienceMs, clock } = options
  const sorted = [...items].sort(byRun)
  const [now, sentAt] = [performance.now(), clock?.latest()]
  const rows = journalRows(sorted)
  const values = [
    tenant,
    ...columns(sorted, rows, now),
    stamp ?? null,
    transaction ?? null,
    patienceMs ?? null,
    sentAt?.toISOString() ?? null,
    rows.beside ? plainArray(rows.begun) : null,
    asksOf(sorted),
    eventsOf(sorted),
    valuesOf(sorted),
    successorsOf(sorted),
  ]
  const text =
    'select * from millrace.advance_tasks($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27)'
  const answers = tx
    ? (await db.call<Record<string, unknown>>(text, values, tx)).map(
        (row) => Object.values(row) as VerdictRow,
      )
    : await db.callArrays<VerdictRow>(text, values)
  if (answers.length === 0) return items.map(() => DONE)
  const verdicts = new Map<string, Verdict>()
  for (const [run, verdict, seq, kind, name, data] of answers) {
    if (verdict === 's') verdicts.set(run, STALE)
    else if (verdict === 'u') verdicts.set(run, { kind: 'undo', data: data as string, length: seq })
    else if (verdict === 'p') verdicts.set(run, PAUSED)
    else {
      const known = verdicts.get(run)
      const row = { kind, name: name ?? '', data }
      if (known?.kind === 'news') known.rows.push(row)
      else verdicts.set(run, { kind: 'news', rows: [row] })
    }
  }
  return items.map((item) => verdicts.get(item.run) ?? DONE)
}

/** Ids have different lengths: compare by length, then by digits. */
function byRun(a: Advance, b: Advance): number {
  return a.run.length - b.run.length || (a.run < b.run ? -1 : 1)
}

function columns(items: readonly Advance[], rows: Rows, now: number): unknown[] {
  const children = items.flatMap((item) =>
    (item.children ?? []).map((child) => ({ parent: item.run, ...child })),
  )
  return [
    plainArray(items.map((item) => item.run)),
    plainArray(items.map((item) => item.task)),
    plainArray(items.map((item) => item.fence)),
    plainArray(items.map((item) => item.op)),
    plainArray(items.map((item) => item.length)),
    textArray(items.map((item) => (item.tail?.length ? encodeTail(item) : null))),
    textArray(items.map((item) => item.output ?? null)),
    plainArray(items.map((item) => item.parent)),
    textArray(items.map((item) => arrayLiteral(item.waits?.map((wait) => wait.key)))),
    textArray(items.map((item) => arrayLiteral(item.waits?.map((wait) => wait.name)))),
    textArray(items.map((item) => arrayLiteral(timesOf(item, now)))),
    plainArray(rows.runs),
    plainArray(rows.seqs),
    plainArray(rows.kinds),
    textArray(rows.names),
    textArray(rows.data),
    children.length > 0 ? JSON.stringify(children) : null,
  ]
}

/** The questions of all runs, as JSON; null if there are none. */
function asksOf(items: readonly Advance[]): string | null {
  if (!items.some(({ asks }) => asks)) return null
  return JSON.stringify(items.flatMap(({ run, asks = [] }) => asks.map((ask) => ({ run, ...ask }))))
}

/** The events that runs emit and wait for, as JSON; null if there are none. */
function eventsOf(items: readonly Advance[]): string | null {
  if (!items.some((item) => item.emits || item.waits?.some(({ event }) => event))) return null
  const emits = items.flatMap(({ run, emits: all }) =>
    (all ?? []).map(({ dedupeId, keepMs, ...rest }) => ({
      ...{ run, dedupe_id: dedupeId, keep_ms: Math.ceil(keepMs) },
      ...rest,
    })),
  )
  const waits = items.flatMap(({ run, waits: all }) =>
    (all ?? []).flatMap(({ key, name, event }) =>
      event ? { ...event, run, step: key, message: name } : [],
    ),
  )
  return JSON.stringify({ emits, waits })
}

/** The attributes that all runs set, as JSON; null if there are none. */
function valuesOf(items: readonly Advance[]): string | null {
  if (!items.some(({ values }) => values)) return null
  const all = items.flatMap(({ run, values = [] }) =>
    values.map((json) => `{"run":"${run}","values":${json}}`),
  )
  return `[${all.join(',')}]`
}

/** The runs as which others continue, as JSON; null if there are none. */
function successorsOf(items: readonly Advance[]): string | null {
  if (!items.some(({ successor }) => successor)) return null
  return JSON.stringify(
    items.flatMap(({ run, successor }) => (successor ? [{ run, ...successor }] : [])),
  )
}

/** Journal rows, a column each. */
type Rows = {
  readonly runs: string[]
  readonly seqs: number[]
  readonly kinds: string[]
  readonly names: (string | null)[]
  readonly data: (string | null)[]
  /** Where attempts began beside which others ran; null for all others. */
  readonly begun: (number | null)[]
  /** There is one of these. */
  beside: boolean
}

function journalRows(items: readonly Advance[]): Rows {
  const all: Rows = {
    ...{ runs: [], seqs: [], kinds: [], names: [], data: [], begun: [] },
    beside: false,
  }
  for (const item of items) addRows(all, item)
  return all
}

function addRows(all: Rows, { run, length, rows }: Advance): void {
  let seq = length - rows.length
  for (const { kind, name, data, begun } of rows) {
    const beside = begun !== undefined && begun !== seq
    all.runs.push(run)
    all.seqs.push(seq++)
    all.kinds.push(kind)
    all.names.push(name || null)
    all.data.push(data)
    all.begun.push(beside ? begun : null)
    all.beside ||= beside
  }
}

/** Milliseconds that are left now, for each wait of the item. */
function timesOf({ waits, waitsFrom }: Advance, now: number): (string | null)[] | undefined {
  const gone = waitsFrom === undefined ? 0 : now - waitsFrom
  return waits?.map(({ ms }) => (ms === null ? null : String(Math.ceil(Math.max(ms - gone, 0)))))
}

/**
 * Data is JSON already: it is put in as it is, left out where it is undefined, and where it is the
 * output as well, a sign says so. A number tells where an attempt began beside which others ran.
 */
function encodeTail({ tail = [], length, output }: Advance): string {
  const parts = tail.map(({ kind, name, data, begun }, i) => {
    const isOutput = data !== null && data === output
    const rest = isOutput || data === null ? '' : `,${data}`
    const beside = begun !== undefined && begun !== length + i
    return `["${kind}${isOutput ? '=' : ''}${beside ? begun : ''}",${JSON.stringify(name)}${rest}]`
  })
  return `[${parts.join(',')}]`
}

function arrayLiteral(values: readonly (string | null)[] | undefined): string | null {
  if (values === undefined || values.length === 0) return null
  const parts = values.map((value) =>
    value === null ? 'NULL' : `"${value.replace(/[\\"]/g, '\\$&')}"`,
  )
  return `{${parts.join(',')}}`
}

/**
 * The length of an owned run's journal, after a commit of unknown outcome; null if the run is not
 * the caller's.
 */
export async function journalLength(
  db: Database,
  tenant: number,
  lease: Pick<LeasedTask, 'run' | 'task' | 'fence'>,
): Promise<number | null> {
  const rows = await db.call<{ length: number | null }>(
    'select millrace.journal_length($1, $2, $3, $4) as length',
    [tenant, lease.run, lease.task, lease.fence],
  )
  return rows[0]?.length ?? null
}

/**
 * Ends what given-up steps of an owned run have begun elsewhere: children, by number, and questions, by step.
 * @returns whether the run is the caller's
 * @see sql/functions/task/call_off.sql
 */
export async function callOff(
  db: Database,
  tenant: number,
  { run, task, fence }: Pick<LeasedTask, 'run' | 'task' | 'fence'>,
  left: { children: readonly string[]; questions: readonly string[]; reason?: string },
): Promise<boolean> {
  const rows = await db.call<{ ours: boolean }>(
    'select millrace.call_off($1, $2, $3, $4, $5, $6, $7) as ours',
    [tenant, run, task, fence, left.children, left.questions, left.reason ?? null],
  )
  return rows[0]?.ours === true
}

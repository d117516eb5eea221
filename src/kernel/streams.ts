import type { JournalKind } from '../model/journal.ts'
import type { StatusLetter } from '../model/run-event.ts'
import type { Database } from './database.ts'
import type { SqlOptions } from './runs.ts'

/** Says that a process follows runs, for 30 s. @see sql/functions/feed/follow.sql */
export async function follow(
  db: Database,
  tenant: number,
  follower: string,
  runs: readonly string[],
): Promise<void> {
  await db.call('select millrace.follow($1, $2, $3)', [tenant, follower, runs])
}

/** It does not any more. */
export async function unfollow(
  db: Database,
  tenant: number,
  follower: string,
  runs: readonly string[],
): Promise<void> {
  await db.call('select millrace.unfollow($1, $2, $3)', [tenant, follower, runs])
}

/** The runs that somebody follows. */
export async function followedRuns(db: Database): Promise<string[]> {
  const rows = await db.call<{ run: string }>(
    'select run::text from millrace.followed_runs() run',
    [],
  )
  return rows.map(({ run }) => run)
}

/** Which run, and from where on. */
export type RunPlace = {
  readonly run: string
  readonly next: number
  /** Null: no log is wanted. */
  readonly log: string | null
}

/** What has happened to a run. @see sql/functions/feed/read_runs.sql */
export type RunNews =
  | { nth: number; what: 'gone' | 'start'; at: Date }
  | {
      nth: number
      what: 'row'
      seq: string
      at: Date
      kind: JournalKind | 'C'
      name: string | null
      data: string | null
    }
  | {
      nth: number
      what: 'log'
      seq: string
      at: Date
      kind: string
      name: string | null
      data: string
      attempt: number | null
    }
  | {
      nth: number
      what: 'status'
      seq: string
      at: Date | null
      kind: StatusLetter
      name: string | null
      data: string | null
    }

/** What has happened to runs since one looked last; `nth` is from 1. */
export async function readNews(
  db: Database,
  tenant: number,
  places: readonly RunPlace[],
): Promise<RunNews[]> {
  return db.call<RunNews>('select * from millrace.read_runs($1, $2, $3, $4)', [
    tenant,
    places.map(({ run }) => run),
    places.map(({ next }) => next),
    places.map(({ log }) => log),
  ])
}

/** Has the feed of a tenant written, and says where it is. @see sql/functions/feed/open_feed.sql */
export async function openFeed(
  db: Database,
  tenant: number,
  follower: string | null,
  reader: string | null = null,
): Promise<string> {
  const rows = await db.call<{ place: string }>(
    'select millrace.open_feed($1, $2, $3)::text as place',
    [tenant, follower, reader],
  )
  return rows[0]?.place as string
}

/** Something in a feed; of `reset` and `end`, which come last, only the position counts. */
export type FeedRow = {
  position: string
  what: 'start' | 'row' | 'status' | 'reset' | 'end'
  run: string
  workflow: string
  seq: number | null
  at: Date
  kind: JournalKind | 'C' | StatusLetter
  name: string | null
  data: string | null
  cut: boolean
}

/** What has happened to the runs of a tenant. @see sql/functions/feed/read_feed.sql */
export async function readFeed(
  db: Database,
  tenant: number,
  after: string,
  options: { workflow?: string | undefined; limit?: number } = {},
): Promise<FeedRow[]> {
  return db.call<FeedRow>(
    'select position, what, run_id::text as run, workflow, seq, at, kind, name, data, cut from millrace.read_feed($1, $2, $3, $4)',
    [tenant, after, options.workflow ?? null, options.limit ?? 100],
  )
}

/** A reader whose place is kept has dealt with what comes up to it. */
export async function noteFeed(
  db: Database,
  tenant: number,
  reader: string,
  position: string,
): Promise<void> {
  await db.call('select millrace.note_feed($1, $2, $3)', [tenant, reader, position])
}

/** There is no such reader any more. */
export async function closeFeed(db: Database, tenant: number, reader: string): Promise<void> {
  await db.call('select millrace.close_feed($1, $2)', [tenant, reader])
}

/** Something that is told live: JSON, for those who follow the run. */
export type LiveBody = { readonly run: string; readonly body: string }

/** Tells it. @see sql/functions/feed/send_live.sql */
export async function sendLive(
  db: Database,
  tenant: number,
  bodies: readonly LiveBody[],
): Promise<void> {
  await db.call('select millrace.send_live($1, $2, $3)', [
    tenant,
    bodies.map(({ run }) => run),
    bodies.map(({ body }) => body),
  ])
}

/** What was too large for a notification; null once it has gone. */
export async function getChunk(db: Database, tenant: number, id: string): Promise<string | null> {
  const rows = await db.call<{ body: string | null }>('select millrace.get_chunk($1, $2) as body', [
    tenant,
    id,
  ])
  return rows[0]?.body ?? null
}

/** Takes away what is over. Gives whether there is more. @see sql/functions/feed/prune_live.sql */
export async function pruneLive(db: Database): Promise<boolean> {
  const rows = await db.call<{ more: boolean }>('select millrace.prune_live() as more', [])
  return rows[0]?.more === true
}

/** A line that a handler logged. */
export type LogLine = {
  readonly run: string
  /** Milliseconds since. */
  readonly age: number
  readonly level: 'd' | 'i' | 'w' | 'e'
  readonly step: string | null
  readonly attempt: number | null
  readonly message: string
  /** JSON text. */
  readonly fields: string | null
  /** Lines of the run that were lost before it. */
  readonly dropped: number
}

/** Stores lines. @see sql/functions/log/add_logs.sql */
export async function addLogs(
  db: Database,
  tenant: number,
  lines: readonly LogLine[],
): Promise<void> {
  await db.call('select millrace.add_logs($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
    tenant,
    lines.map((line) => line.run),
    lines.map((line) => line.age),
    lines.map((line) => line.level),
    lines.map((line) => line.step),
    lines.map((line) => line.attempt),
    lines.map((line) => line.message),
    lines.map((line) => line.fields),
    lines.map((line) => line.dropped),
  ])
}

export type LogRow = {
  id: string
  at: Date
  level: 'debug' | 'info' | 'warn' | 'error'
  step_id: string | null
  attempt: number | null
  message: string
  fields: unknown
  dropped: number
}

/** What the handlers of a run logged. @see sql/functions/log/get_logs.sql */
export async function getLogs(db: Database, run: string, options: SqlOptions): Promise<LogRow[]> {
  return db.call<LogRow>('select * from millrace.get_logs($1, $2)', [run, options])
}

import type { RunNews, RunPlace } from '../../kernel/streams.ts'
import type { LiveNote } from '../../model/live-note.ts'
import type { Session } from '../session.ts'

/** One who follows a run, as the hub sees it. */
export interface Follower {
  readonly session: Session
  /** The number of the run. */
  readonly run: string
  /** What it wants to know now; null: it has enough, or its end. */
  wants(): RunPlace | null
  /** What has happened since. @returns whether there may be more */
  take(news: readonly RunNews[]): boolean
  /** Something that nobody records. */
  hear(note: LiveNote): void
  /** It will hear nothing more. */
  fail(error: Error): void
}

/** One who follows a feed, as the hub sees it. */
export interface FeedFollower {
  readonly session: Session
  /** It does not know yet where to begin. */
  readonly begins: boolean
  /** The feed is here now: it reads on from there. */
  begin(place: string): void
  /** It wants more now. */
  wants(): boolean
  /** Reads on. @returns whether there may be more */
  read(): Promise<boolean>
  fail(error: Error): void
}

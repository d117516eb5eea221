import type { Session } from '../client/session.ts'
import type { ChunkSink } from '../definition/host.ts'
import { followedRuns, type LiveBody, sendLive } from '../kernel/streams.ts'
import { MAX_PENDING_CHUNK_BYTES } from '../model/limits.ts'
import { type ChunkRun, chunkNote, stepNote } from '../model/live-note.ts'

/** Of one notification, which holds 8,000: its head is some hundred. */
const MAX_BODY_BYTES = 7000
/** Notes in one call. */
const MAX_NOTES = 100

type Note = {
  /** Of the tenant whose run it is. */
  readonly session: Session
  readonly run: string
  readonly of: ChunkRun | null
  readonly first: number
  readonly chunks: string[]
  readonly body: string
  bytes: number
}

/** Chunks of an attempt so far. */
type Stream = {
  readonly session: Session
  readonly of: ChunkRun
  readonly chunks: readonly string[]
}

/**
 * Tells those who follow runs of this worker what is not recorded: that steps begin, and chunks. It knows who is followed
 * from notifications, and looks now and then; while nobody follows anything it does nothing.
 */
export class LiveSender {
  readonly #session: Session
  #followed: ReadonlySet<string> = new Set()
  /** Chunks of step.stream: who begins to follow gets them from the first on. */
  readonly #streams = new Set<Stream>()
  #notes: Note[] = []
  #bytes = 0
  #sending = false
  #looking = false

  constructor(session: Session) {
    this.#session = session
  }

  /** Somebody follows this run. */
  follows(run: string): boolean {
    return this.#followed.size > 0 && this.#followed.has(run)
  }

  /** An attempt of a step begins. */
  began(session: Session, run: string, step: string, attempt: number): void {
    const body = stepNote(run, step, attempt)
    this.#add({ session, run, of: null, first: 0, chunks: [], body, bytes: body.length })
  }

  /** Chunks of an attempt are to come. */
  open(session: Session, of: ChunkRun): ChunkSink {
    let count = 0
    const chunks: string[] = []
    const stream = { session, of, chunks }
    if (of.stored) this.#streams.add(stream)
    return {
      write: (chunk) => {
        if (of.stored) chunks.push(chunk)
        if (this.follows(of.run)) this.#addChunk(stream, count, chunk)
        count++
      },
      end: () => {
        this.#streams.delete(stream)
      },
    }
  }

  /** Runs, by number, that somebody begins to follow. */
  heard(payload: string): void {
    const begun = payload.split(',')
    this.#followed = new Set([...this.#followed, ...begun])
    this.#resend(new Set(begun))
  }

  /** Notifications may be missed, and nobody says that a run is not followed any more. */
  async look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      const runs = await followedRuns(this.#session.db)
      const begun = new Set(runs.filter((run) => !this.#followed.has(run)))
      this.#followed = new Set(runs)
      this.#resend(begun)
    } catch {
      // what is live is told as well as it can be
    } finally {
      this.#looking = false
    }
  }

  #resend(runs: ReadonlySet<string>): void {
    for (const stream of this.#streams)
      if (runs.has(stream.of.run))
        for (const [i, chunk] of stream.chunks.entries()) this.#addChunk(stream, i, chunk)
  }

  #addChunk({ session, of }: Stream, index: number, chunk: string): void {
    const bytes = Buffer.byteLength(chunk) + 1
    const last = this.#notes.at(-1)
    const goesOn =
      last?.of === of &&
      last.first + last.chunks.length === index &&
      last.bytes + bytes <= MAX_BODY_BYTES
    if (!goesOn) {
      this.#add({ session, run: of.run, of, first: index, chunks: [chunk], body: '', bytes })
      return
    }
    last.chunks.push(chunk)
    last.bytes += bytes
    this.#bytes += bytes
  }

  #add(note: Note): void {
    this.#notes.push(note)
    this.#bytes += note.bytes
    while (this.#bytes > MAX_PENDING_CHUNK_BYTES && this.#notes.length > 1)
      this.#bytes -= (this.#notes.shift() as Note).bytes
    if (!this.#sending) void this.#send()
  }

  /** Takes out the first that wait, and those behind them that are of the same tenant. */
  #next(): Note[] {
    const tenant = this.#notes[0]?.session
    const other = this.#notes.findIndex(({ session }) => session !== tenant)
    return this.#notes.splice(0, other < 0 ? MAX_NOTES : Math.min(other, MAX_NOTES))
  }

  async #send(): Promise<void> {
    this.#sending = true
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#notes.length > 0) {
      const notes = this.#next()
      for (const { bytes } of notes) this.#bytes -= bytes
      const { session } = notes[0] as Note
      const tell = async (bodies: LiveBody[]) =>
        sendLive(session.db, await session.tenant(), bodies)
      await tell(notes.map(bodyOf)).catch(ignore)
    }
    this.#sending = false
  }
}

function bodyOf({ run, of, first, chunks, body }: Note): LiveBody {
  return { run, body: of === null ? body : chunkNote(of, first, chunks) }
}

/** It is live: what is lost is read from the journal once it is there. */
function ignore(): void {}

import {
  follow,
  getChunk,
  openFeed,
  type RunNews,
  readNews,
  unfollow,
} from '../../kernel/streams.ts'
import {
  InvalidInputError,
  PermissionError,
  UnavailableError,
  WorkflowRunNotFoundError,
} from '../../model/errors.ts'
import { type LiveNote, readNote } from '../../model/live-note.ts'
import type { Hearing } from '../hearing.ts'
import type { Session } from '../session.ts'
import type { FeedFollower, Follower } from './follower.ts'
import { Rounds } from './rounds.ts'

/** The kernel knows for 30 s that a process follows. */
const AGAIN_MS = 10_000
/** Runs in one query: each may bring a megabyte; those that had no news for a while hardly will. */
const MOST_AT_ONCE = 10
const MOST_QUIET = 200
/** A change in a feed is not given out while older transactions are open: after a hint one looks soon again. */
const FEED_LOOKS_MS = [30, 120, 400]

const hubs = new WeakMap<Hearing, Hub>()

/** The hub of all clients that listen on the same connection. */
export function hubOf(hearing: Hearing): Hub {
  const hub = hubs.get(hearing) ?? new Hub(hearing)
  hubs.set(hearing, hub)
  return hub
}

type Tenant = {
  readonly session: Session
  readonly runs: Map<string, Set<Follower>>
  readonly feeds: Set<FeedFollower>
  /** Runs that the kernel knows to be followed. */
  known: Set<string>
  at: number
  feedAt: number
}

/** Asks the kernel what happens to the runs that are followed here, and tells those who follow. */
export class Hub {
  readonly #hearing: Hearing
  readonly #tenants = new Map<string, Tenant>()
  /** Runs of which something was heard, or of which there may be more. */
  #busy = new Set<string>()
  #feedsBusy = false
  /** Runs that it followed when its connection was lost. */
  readonly #stale = new Set<string>()
  /** Of runs, what is done with notes one after the other while one of them is fetched. */
  readonly #fetching = new Map<string, Promise<void>>()
  #looked = 0
  readonly #rounds: Rounds

  constructor(hearing: Hearing) {
    this.#hearing = hearing
    this.#rounds = new Rounds(
      () => this.#round(),
      () => this.#tenants.size > 0,
      (error) => this.#failed(error),
    )
    hearing.add({
      channel: `:${hearing.own}`,
      notice: (payload) => this.#heard(payload),
      ready: () => this.#listens(),
      closed: () => this.#close(),
    })
  }

  /** @returns the way to stop following */
  add(follower: Follower): () => void {
    const tenant = this.#tenant(follower.session)
    const followers = tenant.runs.get(follower.run) ?? new Set()
    tenant.runs.set(follower.run, followers)
    followers.add(follower)
    this.wake(follower.run)
    if (this.#hearing.closed) follower.fail(stopped())
    return () => {
      followers.delete(follower)
      if (followers.size > 0 || tenant.runs.get(follower.run) !== followers) return
      tenant.runs.delete(follower.run)
      if (tenant.known.delete(follower.run)) this.#forget(tenant, follower.run)
      this.#leave(tenant)
    }
  }

  /** @returns the way to stop following */
  addFeed(follower: FeedFollower): () => void {
    const tenant = this.#tenant(follower.session)
    tenant.feeds.add(follower)
    this.wakeFeed()
    if (this.#hearing.closed) follower.fail(stopped())
    return () => {
      tenant.feeds.delete(follower)
      if (tenant.feeds.size === 0 && !this.#hearing.closed) this.#forget(tenant, '0')
      this.#leave(tenant)
    }
  }

  /** A follower of this run wants more. */
  wake(run: string): void {
    this.#busy.add(run)
    this.#ask()
  }

  /** A follower of a feed wants more. */
  wakeFeed(): void {
    this.#feedsBusy = true
    this.#ask()
  }

  /** Looks for news of this run in so many milliseconds. */
  wakeWithin(run: string, ms: number): void {
    setTimeout(() => this.wake(run), ms).unref()
  }

  #ask(): void {
    this.#hearing.start()
    this.#rounds.ask()
  }

  #tenant(session: Session): Tenant {
    const slug = session.tenantSlug
    const known = this.#tenants.get(slug)
    if (known) return known
    const never = Number.NEGATIVE_INFINITY
    const made: Tenant = {
      ...{ session, runs: new Map(), feeds: new Set(), known: new Set(), at: never, feedAt: never },
    }
    this.#tenants.set(slug, made)
    return made
  }

  #leave(tenant: Tenant): void {
    if (tenant.runs.size === 0 && tenant.feeds.size === 0)
      this.#tenants.delete(tenant.session.tenantSlug)
  }

  /** It listens, maybe again: workers shall tell anew what was told meanwhile. */
  #listens(): void {
    for (const tenant of this.#tenants.values()) {
      for (const run of tenant.known) this.#stale.add(run)
      tenant.known.clear()
      tenant.feedAt = Number.NEGATIVE_INFINITY
    }
    this.#feedsBusy = true
    this.#rounds.ask()
  }

  #forget({ session }: Tenant, run: string): void {
    if (this.#hearing.closed) return
    const forget = async () =>
      unfollow(session.db, await session.tenant(), this.#hearing.own, [run])
    forget().catch(() => {}) // after 30 s the kernel forgets it by itself
  }

  // ── what is heard

  #heard(payload: string): void {
    const [word, rest = ''] = split(payload)
    if (word === 'runs') {
      for (const run of rest.split(',')) if (this.#followersOf(run)) this.#busy.add(run)
      this.#rounds.ask()
    } else if (word === 'live') this.#note(rest)
    else if (word === 'big') this.#fetch(rest)
    else if (word === 'feed') {
      this.wakeFeed()
      for (const ms of FEED_LOOKS_MS) setTimeout(() => this.wakeFeed(), ms).unref()
    }
  }

  #followersOf(run: string): Set<Follower> | undefined {
    for (const { runs } of this.#tenants.values()) {
      const followers = runs.get(run)
      if (followers) return followers
    }
    return undefined
  }

  #note(body: string): void {
    const note = readNote(body)
    if (note === null) return
    const before = this.#fetching.get(note.r)
    if (before) this.#after(note.r, before, async () => this.#tell(note))
    else this.#tell(note)
  }

  #tell(note: LiveNote): void {
    for (const follower of this.#followersOf(note.r) ?? []) follower.hear(note)
  }

  /** Notes of a run stay in order. */
  #after(run: string, before: Promise<void>, work: () => Promise<void>): void {
    const done = before.then(work).finally(() => {
      if (this.#fetching.get(run) === done) this.#fetching.delete(run)
    })
    this.#fetching.set(run, done)
  }

  /** It was too large for a notification. */
  #fetch(rest: string): void {
    const [run, id] = split(rest)
    const [follower] = this.#followersOf(run) ?? []
    if (!follower || !id) return
    const { session } = follower
    const fetch = async () => {
      const body = await getChunk(session.db, await session.tenant(), id).catch(() => null)
      const note = body === null ? null : readNote(body)
      if (note) this.#tell(note)
    }
    this.#after(run, this.#fetching.get(run) ?? Promise.resolve(), fetch)
  }

  // ── what is asked

  async #round(): Promise<void> {
    const now = performance.now()
    const due = now - this.#looked > 900
    const feeds = due || this.#feedsBusy
    this.#feedsBusy = false
    if (due) this.#looked = now
    const busy = this.#busy
    this.#busy = new Set()
    let failure: unknown
    // what goes wrong for one of them is none of the others' business
    for (const tenant of [...this.#tenants.values()])
      await this.#look(tenant, { busy, due, feeds }).catch((error: unknown) => {
        for (const run of tenant.runs.keys()) if (busy.has(run)) this.#busy.add(run)
        if (isFinal(error)) failAll(tenant, error)
        else failure = error
      })
    if (failure !== undefined) throw failure
    if (this.#busy.size > 0 || this.#feedsBusy) this.#rounds.ask()
  }

  async #look(
    tenant: Tenant,
    { busy, due, feeds }: { busy: ReadonlySet<string>; due: boolean; feeds: boolean },
  ): Promise<void> {
    const number = await tenant.session.tenant()
    await this.#announce(tenant, number)
    await this.#read(tenant, number, busy, due)
    if (feeds) await this.#readFeeds(tenant)
  }

  /** Says that it follows before it looks, so that what happens between the two is notified. */
  async #announce(tenant: Tenant, number: number): Promise<void> {
    const { db, own } = this.#hearing
    const now = performance.now()
    const begins = [...tenant.feeds].filter((feed) => feed.begins)
    if (tenant.feeds.size > 0 && (begins.length > 0 || now - tenant.feedAt > AGAIN_MS)) {
      const place = await openFeed(db, number, this.#hearing.ready ? own : null)
      tenant.feedAt = now
      for (const feed of begins) feed.begin(place)
    }
    // before it listens, what workers tell would be lost
    if (!this.#hearing.ready) return
    const again = now - tenant.at > AGAIN_MS
    const stale = [...tenant.runs.keys()].filter((run) => this.#stale.delete(run))
    if (stale.length > 0) await unfollow(db, number, own, stale)
    const runs = [...tenant.runs.keys()].filter((run) => again || !tenant.known.has(run))
    for (let i = 0; i < runs.length; i += 1000) {
      const some = runs.slice(i, i + 1000)
      await follow(db, number, own, some)
      for (const run of some) tenant.known.add(run)
    }
    if (again) tenant.at = now
  }

  async #read(
    tenant: Tenant,
    number: number,
    busy: ReadonlySet<string>,
    due: boolean,
  ): Promise<void> {
    const all = [...tenant.runs.values()].flatMap((set) => [...set])
    const hot = all.filter(({ run }) => busy.has(run))
    for (let i = 0; i < hot.length; i += MOST_AT_ONCE)
      await this.#readSome(hot.slice(i, i + MOST_AT_ONCE), number)
    if (!due) return
    const quiet = all.filter(({ run }) => !busy.has(run))
    for (let i = 0; i < quiet.length; i += MOST_QUIET)
      await this.#readSome(quiet.slice(i, i + MOST_QUIET), number)
  }

  async #readSome(some: readonly Follower[], number: number): Promise<void> {
    const asked = some.flatMap((follower) => {
      const place = follower.wants()
      return place === null ? [] : [{ follower, place }]
    })
    if (asked.length === 0) return
    const news = await readNews(
      this.#hearing.db,
      number,
      asked.map(({ place }) => place),
    )
    const sorted: RunNews[][] = asked.map(() => [])
    for (const one of news) sorted[one.nth - 1]?.push(one)
    for (const [i, { follower }] of asked.entries())
      if (follower.take(sorted[i] as RunNews[])) this.#busy.add(follower.run)
  }

  /** A portion each: who is far behind does not keep the others waiting. */
  async #readFeeds(tenant: Tenant): Promise<void> {
    for (const feed of [...tenant.feeds]) {
      if (!feed.wants()) continue
      const more = await feed.read().catch((error: Error) => {
        if (!isFinal(error)) throw error
        feed.fail(error)
        return false
      })
      if (more) this.#feedsBusy = true
    }
  }

  #failed(error: unknown): void {
    const [tenant] = this.#tenants.values()
    tenant?.session.logger.log(`following runs: ${(error as Error).message}`)
  }

  #close(): void {
    this.#rounds.close()
    for (const tenant of [...this.#tenants.values()]) failAll(tenant, stopped())
    this.#tenants.clear()
  }
}

function failAll({ runs, feeds }: Tenant, error: Error): void {
  for (const follower of [...runs.values()].flatMap((set) => [...set])) follower.fail(error)
  for (const feed of [...feeds]) feed.fail(error)
}

/** To ask again would be answered the same: the tenant is not there any more, say. */
function isFinal(error: unknown): error is Error {
  return (
    error instanceof InvalidInputError ||
    error instanceof PermissionError ||
    error instanceof WorkflowRunNotFoundError
  )
}

function split(text: string): [string, string | undefined] {
  const at = text.indexOf(' ')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function stopped(): UnavailableError {
  return new UnavailableError(
    'The client was stopped; what it followed goes on. Go on after the last event with another client.',
  )
}

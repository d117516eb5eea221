/** What the clock showed when performance.now() was 0: at least this, at most that. */
type Bounds = { readonly least: number; readonly most: number }

/** How long what a reply told is believed: two clocks drift apart. */
const WINDOW_MS = 5000
/** After a longer silence nothing is said: the clock may have been set, or be another machine's. */
const SILENCE_MS = 2000

/**
 * What the database's clock shows now. Each reply that carries its time tells two bounds: the clock was
 * read after the question was sent, and before the answer came. The tightest of the last seconds count.
 */
export class DatabaseClock {
  #before: Bounds | null = null
  #present: Bounds | null = null
  #presentSince = 0
  #heardAt = Number.NEGATIVE_INFINITY

  /**
   * A reply came this moment.
   * @param time what the clock showed, in whole milliseconds
   * @param sentAt performance.now() before the question was sent
   */
  heard(time: Date, sentAt: number): void {
    const now = performance.now()
    this.#heardAt = now
    const told = { least: time.getTime() - now, most: time.getTime() + 1 - sentAt }
    const known = this.#known()
    // the clock was set: what was known does not count any more
    const isSet = known !== null && (told.least > known.most || told.most < known.least)
    if (isSet) this.#present = null
    if (this.#present === null || now - this.#presentSince > WINDOW_MS) {
      this.#before = this.#present
      this.#present = told
      this.#presentSince = now
    } else {
      this.#present = tightest(this.#present, told)
    }
  }

  /** Never ahead of it, in milliseconds. Before the first reply: the time of this machine. */
  least(): number {
    const known = this.#known()
    return known === null ? Date.now() : performance.now() + known.least
  }

  /** Never ahead of it. */
  earliest(): Date {
    return new Date(this.least())
  }

  /** Never behind it; null before the first reply, and after a silence. */
  latest(): Date | null {
    const known = this.#known()
    const now = performance.now()
    if (known === null || now - this.#heardAt > SILENCE_MS) return null
    return new Date(Math.ceil(now + known.most))
  }

  /** The connection was lost: the next may lead to another machine. */
  forget(): void {
    this.#heardAt = Number.NEGATIVE_INFINITY
  }

  #known(): Bounds | null {
    if (this.#before === null || this.#present === null) return this.#present
    return tightest(this.#before, this.#present)
  }
}

function tightest(a: Bounds, b: Bounds): Bounds {
  return { least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) }
}

/** A wait of the model: until an hour of its clock. */
type ModelWait = {
  readonly key: string
  readonly name: string | null
  readonly until: number | null
}

/** What a write of the owner leads to. */
export type Answer = 'done' | 'paused' | 'news'

/**
 * One run's life as it should be, small enough to be seen to be right: no locks, no batches, no replies
 * that get lost. Its clock counts hours, the least that the tests move the database's clock by.
 */
export class Life {
  state: 'queued' | 'leased' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled' =
    'queued'
  hour = 0
  /** Rows as 'kind name'. */
  readonly journal: string[] = []
  waits: ModelWait[] = []
  readonly buffer: string[] = []
  asked = false
  deaths = 0
  #lengthAtClaim = 0

  get status(): string {
    if (this.state === 'leased') return 'running'
    if (this.state !== 'queued') return this.state
    // of a run that nobody has begun, a pause and its end are all that is in the journal
    return this.journal.every((row) => /^[pu] /.test(row)) ? 'pending' : 'running'
  }

  get alive(): boolean {
    return !['completed', 'failed', 'cancelled'].includes(this.state)
  }

  /** Waits end by their messages, oldest first, or else by time. Returns whether one did. */
  settle(): boolean {
    const before = this.waits.length
    this.waits = this.waits.filter(({ key, name, until }) => {
      const message = name === null ? -1 : this.buffer.indexOf(name)
      const late = until !== null && until <= this.hour
      if (message >= 0) this.buffer.splice(message, 1)
      if (message >= 0) this.journal.push(`g ${key}`)
      else if (late && !/^[~?]/.test(key)) this.journal.push(`${name === null ? 't' : 'o'} ${key}`)
      return message < 0 && !late
    })
    return this.waits.length < before
  }

  /** Time goes on, and whoever looks wakes what is due. */
  tick(): void {
    if (this.state === 'waiting' && this.settle()) this.state = 'queued'
  }

  claim(): boolean {
    this.tick()
    if (this.state !== 'queued') return false
    this.state = 'leased'
    this.#lengthAtClaim = this.journal.length
    return true
  }

  record(...rows: string[]): Answer {
    this.journal.push(...rows)
    return this.#heedAsk() ? 'paused' : 'done'
  }

  wait(waits: ModelWait[], rows: string[] = []): Answer {
    this.journal.push(...rows)
    this.waits = waits
    if (this.settle()) return 'news'
    if (this.#heedAsk()) return 'paused'
    this.#leave('waiting')
    return 'done'
  }

  pauseItself(key: string): Answer {
    this.journal.push('p ')
    this.waits = [{ key, name: '$resume', until: null }]
    if (this.#heedAsk()) return 'paused'
    this.#leave('paused')
    return 'done'
  }

  yield(): Answer {
    if (this.#heedAsk()) return 'paused'
    this.#leave('queued')
    return 'done'
  }

  end(state: 'completed' | 'failed', rows: string[]): void {
    this.journal.push(...rows)
    this.state = state
    this.asked = false
  }

  signal(name: string): boolean {
    if (!this.alive) return false
    this.buffer.push(name)
    if (this.waits.some((wait) => wait.name === name)) this.tick()
    return true
  }

  /** @returns whether that was allowed */
  pause(): boolean {
    if (!this.alive) return false
    if (this.state === 'leased') this.asked = true
    else if (this.state !== 'paused') {
      this.journal.push('p ')
      this.state = 'paused'
    }
    return true
  }

  resume(): boolean {
    if (this.asked) {
      this.asked = false
      return true
    }
    if (this.state !== 'paused') return false
    this.journal.push('u ')
    const own = this.waits.find((wait) => wait.name === '$resume')
    if (own) this.journal.push(`g ${own.key}`)
    this.waits = this.waits.filter((wait) => wait !== own)
    this.#leave('queued')
    return true
  }

  cancel(): boolean {
    if (this.alive) {
      this.journal.push('x ')
      this.state = 'cancelled'
      this.asked = false
    }
    return this.state === 'cancelled'
  }

  fastForward(): void {
    if (this.state === 'paused' && this.waits.some((wait) => wait.name === '$resume')) this.resume()
    if (this.state !== 'waiting') return
    const [first] = this.waits as [ModelWait]
    const step = first.key.replace(/^[~?]/, '')
    if (!first.key.startsWith('~')) this.journal.push(`${first.name === null ? 't' : 'g'} ${step}`)
    this.waits = this.waits.filter(({ key }) => key.replace(/^[~?]/, '') !== step)
    this.state = 'queued'
  }

  /** The owner's process dies, or stops, and that is noticed. */
  lose(died: boolean): void {
    if (this.state !== 'leased') return
    const { asked } = this
    this.asked = false
    if (died) {
      this.deaths = this.journal.length > this.#lengthAtClaim ? 1 : this.deaths + 1
      this.journal.push('d ')
    }
    const paused = asked || this.deaths >= 5
    if (paused) this.journal.push('p ')
    this.state = paused ? 'paused' : 'queued'
  }

  #leave(state: 'queued' | 'waiting' | 'paused'): void {
    this.state = state
    this.deaths = 0
  }

  #heedAsk(): boolean {
    if (!this.asked) return false
    this.asked = false
    this.journal.push('p ')
    this.#leave('paused')
    return true
  }
}

/**
 * The order in which results reach the handler: that of the journal, at first and at every replay.
 * Without it, `Promise.race` over two recorded steps would be won by the one that the code calls
 * first, whichever had won when they ran.
 *
 * One result at a time: between two the handler comes to rest, so that what it calls next is called in
 * the same order too, however many awaits it takes to get there. A result is handed over at once if
 * it is the only one that the handler waits for, and no other was since it last came to rest.
 */
export class Deliveries {
  /** Keys of ended steps in the order of the journal; what comes before `#next` is delivered. */
  #due: string[]
  #next = 0
  /** Ended while a write was under way: their place is known when that is through. */
  #late: string[] = []
  #waiting: Map<string, () => void> | null = null
  /** Nobody will hear of those: their turns pass. */
  #givenUp: Set<string> | null = null
  #open = 0
  /** The handler may be on its way with a result; at the next rest it is not. */
  #moved = false
  #restAwaited = false
  readonly #awaitRest: () => void

  /**
   * @param recorded keys of the steps that had ended when this process got the run
   * @param awaitRest asks for a call of `rest`
   */
  constructor(recorded: Iterable<string>, awaitRest: () => void) {
    this.#due = [...recorded]
    this.#awaitRest = awaitRest
  }

  /** A result that waits for its turn, to tell of it. */
  get firstBlocked(): string | undefined {
    return this.#waiting?.keys().next().value
  }

  /** The handler called a step whose result it will wait for. */
  open(): void {
    this.#open++
  }

  /** A step ended: it gets its place, with `late` only when the write under way is through. */
  place(key: string, late: boolean): void {
    if (late) this.#late.push(key)
    else this.#due.push(key)
  }

  /** A write is through, and what it brought has its place. */
  placeLate(): void {
    if (this.#late.length === 0) return
    this.#due.push(...this.#late)
    this.#late = []
    this.#schedule()
  }

  /** Those will not be asked for, although they are recorded. */
  skip(keys: ReadonlySet<string>): void {
    this.#due = this.#due.filter((key, i) => i < this.#next || !keys.has(key))
    this.#schedule()
  }

  /** What they give goes to nobody, whenever it comes. */
  giveUp(keys: ReadonlySet<string>): void {
    this.#givenUp ??= new Set()
    for (const key of keys) {
      this.#givenUp.add(key)
      this.#waiting?.delete(key)
    }
    this.#schedule()
  }

  /** Resolves, or is undefined, when it is this step's turn. */
  deliver(key: string): Promise<void> | undefined {
    if (this.#givenUp?.has(key)) return new Promise(() => {})
    if (!this.#moved && this.#open === 1 && this.#due[this.#next] === key) {
      this.#pass()
      return undefined
    }
    return new Promise((resolve) => {
      this.#waiting ??= new Map()
      this.#waiting.set(key, resolve)
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#isNextReady()) this.#wantRest()
  }

  #pass(): void {
    this.#next++
    this.#open--
    this.#moved = true
    this.#wantRest()
  }

  #wantRest(): void {
    this.#restAwaited = true
    this.#awaitRest()
  }

  /** The handler has come to rest: the next result, if it is there. Tells whether one was handed over. */
  rest(): boolean {
    if (!this.#restAwaited) return false
    this.#restAwaited = false
    this.#moved = false
    if (!this.#isNextReady()) return false
    const key = this.#due[this.#next] as string
    const resolve = this.#waiting?.get(key)
    this.#waiting?.delete(key)
    this.#pass()
    resolve?.()
    return true
  }

  #isNextReady(): boolean {
    while (this.#givenUp?.has(this.#due[this.#next] as string)) this.#next++
    const key = this.#due[this.#next]
    return key !== undefined && this.#waiting?.has(key) === true
  }
}

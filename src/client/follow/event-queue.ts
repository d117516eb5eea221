import type { RunEvent } from '../../model/run-event.ts'

/** An event for a reader. */
export type Item = {
  readonly event: RunEvent
  /** Of a chunk: its number, from 0, */
  readonly index?: number
  /** and whether all of them are the output of the step. */
  readonly stored?: boolean
}

type Entry = { readonly item: Item; readonly bytes: number; readonly live: boolean }
type Waiting = { resolve(item: Item | undefined): void; reject(error: Error): void }

/**
 * Events that were not taken yet. What is recorded is never dropped (whoever fills this stops asking for more); of
 * what is only live, the oldest goes where there is too much of it.
 */
export class EventQueue {
  readonly #limits: { readonly most: number; readonly bytes: number }
  #entries: Entry[] = []
  #live = 0
  #liveBytes = 0
  #recordedBytes = 0
  #waiting: Waiting[] = []
  #closed = false
  #error: Error | null = null

  constructor(limits: { most: number; bytes: number }) {
    this.#limits = limits
  }

  /** Of what is recorded. */
  get size(): number {
    return this.#entries.length - this.#live
  }

  /** Of what is recorded, about. */
  get bytes(): number {
    return this.#recordedBytes
  }

  /** @param live nobody records it */
  push(item: Item, bytes: number, live: boolean): void {
    if (this.#closed) return
    const waiting = this.#waiting.shift()
    if (waiting) return waiting.resolve(item)
    const entry = { item, bytes, live }
    this.#entries.push(entry)
    this.#count(entry, 1)
    if (!live) return
    while (
      this.#live > this.#limits.most ||
      (this.#liveBytes > this.#limits.bytes && this.#live > 1)
    )
      this.#dropOne()
  }

  /** What is there is still given; then undefined. */
  close(): void {
    this.#closed = true
    if (this.#entries.length > 0) return
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined)
  }

  /** What is there is still given; then this error, once. */
  fail(error: Error): void {
    if (this.#closed) return
    const [first, ...others] = this.#waiting.splice(0)
    if (first) first.reject(error)
    else this.#error = error
    for (const { resolve } of others) resolve(undefined)
    this.#closed = true
  }

  next(): Promise<Item | undefined> {
    const entry = this.#entries.shift()
    if (entry) {
      this.#count(entry, -1)
      return Promise.resolve(entry.item)
    }
    if (this.#error) {
      const error = this.#error
      this.#error = null
      return Promise.reject(error)
    }
    if (this.#closed) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  #dropOne(): void {
    const at = this.#entries.findIndex(({ live }) => live)
    const [entry] = this.#entries.splice(at, 1)
    if (entry) this.#count(entry, -1)
  }

  #count({ bytes, live }: Entry, sign: 1 | -1): void {
    if (!live) {
      this.#recordedBytes += sign * bytes
      return
    }
    this.#live += sign
    this.#liveBytes += sign * bytes
  }
}

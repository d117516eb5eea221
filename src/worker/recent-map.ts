/** The entries that were used last, as many as fit: what is kept of many must not fill the memory. */
export class RecentMap<K, V> {
  readonly #most: number
  readonly #entries = new Map<K, V>()

  /** @param most how many entries it keeps */
  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#entries.size
  }

  /** Reading it is using it. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** Without using it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    while (this.#entries.size > this.#most) this.dropOldest()
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }

  /** Takes out what was not used for the longest time. */
  dropOldest(): V | undefined {
    const [oldest] = this.#entries
    if (oldest === undefined) return undefined
    this.#entries.delete(oldest[0])
    return oldest[1]
  }

  clear(): void {
    this.#entries.clear()
  }

  /** Those used last come first. */
  newestFirst(): V[] {
    return [...this.#entries.values()].reverse()
  }

  values(): IterableIterator<V> {
    return this.#entries.values()
  }
}

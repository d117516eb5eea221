import type { Census } from './census.ts'
import type { Output } from './options.ts'

/** Between two pictures: on a terminal one line that changes, else a line each time. */
const LIVE_MS = 100
const LINES_MS = 1000
const BAR = 16

/** Where the demo shows how it goes. */
export class Screen {
  readonly #output: Output
  readonly #total: number
  readonly #began = performance.now()
  #shownAt = Number.NEGATIVE_INFINITY
  #live = ''
  #speed = { at: performance.now(), steps: 0, perSecond: 0 }

  constructor(output: Output, total: number) {
    this.#output = output
    this.#total = total
  }

  /** Prints lines that stay. */
  say(text = ''): void {
    this.#output.write(`${this.#live ? '\r\x1b[K' : ''}${text}\n${this.#live}`)
  }

  /** Something happened, worth a line with its time. */
  tell(text: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1)
    this.say(`${seconds.padStart(6)} s  ${text}`)
  }

  /** Shows how things go, if it is time for that again. */
  show(census: Census): void {
    const now = performance.now()
    if (now - this.#shownAt < (this.#output.isTTY ? LIVE_MS : LINES_MS)) return
    this.#shownAt = now
    const line = this.#describe(census, now)
    if (!this.#output.isTTY) return this.tell(line)
    const done = Math.round((BAR * census.ended) / this.#total)
    const bar = `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`
    this.#live = ` ${bar} ${line}`.slice(0, (this.#output.columns ?? 80) - 1)
    this.#output.write(`\r\x1b[K${this.#live}`)
  }

  /** Takes the live line away. */
  clear(): void {
    if (this.#live) this.#output.write('\r\x1b[K')
    this.#live = ''
  }

  #describe(census: Census, now: number): string {
    const { ended, held, orphaned, waiting, queued, suspected, steps } = census
    const seconds = (now - this.#speed.at) / 1000
    if (seconds >= 0.5) {
      const perSecond = Math.round((steps - this.#speed.steps) / seconds)
      this.#speed = { at: now, steps, perSecond }
    }
    return [
      `${count(ended)} of ${count(this.#total)} completed`,
      `${held} running`,
      ...(orphaned > 0 ? [`${orphaned} of a dead worker`] : []),
      `${waiting} waiting`,
      `${queued} queued`,
      ...(suspected > 0 ? [`${suspected} suspected`] : []),
      `${count(this.#speed.perSecond)} steps/s`,
    ].join(', ')
  }
}

/** @example count(12345) // '12,345' */
export function count(n: number): string {
  return n.toLocaleString('en-GB')
}

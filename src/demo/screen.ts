import type { Census } from './census.ts'
import type { Output } from './options.ts'

/** Between two pictures: on a terminal one line that changes, else a line each time. */
const LIVE_MS = 100
const LINES_MS = 1000
/** The bar's columns, where there is room, and where there is little. */
const BARS = [16, 8]

/** Of the live line. Where there is little room, what has the highest number is left out first. */
type Part = { readonly text: string; readonly spare: number }

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
    const parts = this.#describe(census, now)
    if (!this.#output.isTTY) return this.tell(join(parts))
    this.#live = liveLine(parts, census.ended / this.#total, (this.#output.columns || 80) - 1)
    this.#output.write(`\r\x1b[K${this.#live}`)
  }

  /** Takes the live line away. */
  clear(): void {
    if (this.#live) this.#output.write('\r\x1b[K')
    this.#live = ''
  }

  #describe(census: Census, now: number): Part[] {
    const { ended, held, orphaned, waiting, queued, suspected, steps } = census
    const seconds = (now - this.#speed.at) / 1000
    if (seconds >= 0.5) {
      const perSecond = Math.round((steps - this.#speed.steps) / seconds)
      this.#speed = { at: now, steps, perSecond }
    }
    const parts: (Part | false)[] = [
      { text: `${count(ended)} of ${count(this.#total)} completed`, spare: 0 },
      { text: `${held} running`, spare: 1 },
      orphaned > 0 && { text: `${orphaned} of a dead worker`, spare: 0 },
      { text: `${waiting} waiting`, spare: 2 },
      { text: `${queued} queued`, spare: 4 },
      suspected > 0 && { text: `${suspected} suspected`, spare: 5 },
      { text: `${count(this.#speed.perSecond)} steps/s`, spare: 3 },
    ]
    return parts.filter((part) => part !== false)
  }
}

/** The bar and as much of the text as there is room for. */
function liveLine(parts: readonly Part[], share: number, width: number): string {
  for (const columns of BARS) {
    const done = Math.round(columns * share)
    const line = ` ${'█'.repeat(done)}${'░'.repeat(columns - done)} ${join(parts)}`
    if (line.length <= width) return line
  }
  const spare = Math.max(...parts.map((part) => part.spare))
  if (spare === 0) return join(parts).slice(0, width)
  const rest = parts.filter((part) => part.spare !== spare)
  return liveLine(rest, share, width)
}

function join(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(', ')
}

/** @example count(12345) // '12,345' */
export function count(n: number): string {
  return n.toLocaleString('en-GB')
}

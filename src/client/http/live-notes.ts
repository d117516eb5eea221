import type { RunEvent } from '../../model/run-event.ts'
import type { Item } from '../follow/event-queue.ts'

/** How far the chunks of a step are. */
type Chunks = { attempt: number | undefined; next: number }

/**
 * What is only live has no place of its own: who connects again may be told of it again. Here each chunk, and each
 * begin of an attempt, is told once.
 */
export class LiveNotes {
  readonly #begun = new Set<string>()
  readonly #chunks = new Map<string, Chunks>()

  /** What of an event is to be told. */
  told(event: RunEvent): Item[] {
    const { type, stepId = '', attempt, index } = event
    if (type === 'step:running' && attempt !== undefined) {
      const key = `${stepId} ${attempt}`
      if (this.#begun.has(key)) return []
      this.#begun.add(key)
    }
    if (type === 'reset') this.#chunks.delete(stepId)
    if (type !== 'chunk' || index === undefined) return [{ event }]
    const chunks = this.#chunks.get(stepId) ?? { attempt, next: 0 }
    this.#chunks.set(stepId, chunks)
    // the reset came while nobody was connected
    const missed = chunks.attempt === attempt ? [] : [{ event: reset(event) }]
    if (missed.length > 0) Object.assign(chunks, { attempt, next: 0 })
    if (index < chunks.next) return []
    chunks.next = index + 1
    return [...missed, { event, index, stored: event.stored === true }]
  }
}

function reset({ id, runId, at, stepId, attempt }: RunEvent): RunEvent {
  return {
    ...{ id, type: 'reset', runId, at },
    ...(stepId === undefined ? {} : { stepId }),
    ...(attempt === undefined ? {} : { attempt }),
  }
}

import type { Json } from './json.ts'

/** What a worker tells those who follow a run, and nobody records. `r` is the number of the run, `k` the key of a step. */
export type LiveNote =
  | { readonly t: 'step'; readonly r: string; readonly k: string; readonly a: number }
  | {
      readonly t: 'chunk'
      readonly r: string
      readonly k: string
      /** The attempt of the step. */
      readonly a: number
      /** The fence of its worker: an attempt that is begun anew elsewhere has another. */
      readonly e: string
      /** 1: the array of all chunks is the output of the step. */
      readonly s: 0 | 1
      /** The number of the first of these chunks, from 0. */
      readonly i: number
      readonly c: readonly Json[]
    }

/** Chunks of one attempt of a step, as JSON texts. */
export type ChunkRun = {
  readonly run: string
  readonly step: string
  readonly attempt: number
  readonly epoch: string
  readonly stored: boolean
}

/** @returns the body of a notification */
export function stepNote(run: string, step: string, attempt: number): string {
  return JSON.stringify({ t: 'step', r: run, k: step, a: attempt } satisfies LiveNote)
}

/** @returns the body of a notification */
export function chunkNote(of: ChunkRun, first: number, chunks: readonly string[]): string {
  const { run, step, attempt, epoch, stored } = of
  const head = { t: 'chunk', r: run, k: step, a: attempt, e: epoch, s: stored ? 1 : 0, i: first }
  return `${JSON.stringify(head).slice(0, -1)},"c":[${chunks.join(',')}]}`
}

/** What a notification says; null for what nobody here understands. */
export function readNote(body: string): LiveNote | null {
  try {
    const note = JSON.parse(body) as LiveNote
    if (note.t === 'step' || (note.t === 'chunk' && Array.isArray(note.c))) return note
  } catch {}
  return null
}

import { Random } from './random.ts'

/** One thing a run has to do. Its key is what the journal knows it by. */
export type Item =
  | {
      readonly kind: 'step' | 'transaction'
      readonly key: string
      readonly tries: Tries
      /** It has an undo. */
      readonly undo: boolean
    }
  | { readonly kind: 'sleep'; readonly key: string; readonly ms: number }
  | {
      readonly kind: 'wait'
      readonly key: string
      readonly name: string
      readonly ms: number | null
    }
  | {
      readonly kind: 'poll'
      readonly key: string
      readonly ms: number
      readonly deadline: number | null
    }
  | {
      readonly kind: 'event'
      readonly key: string
      readonly event: Place
      readonly ms: number | null
    }
  | { readonly kind: 'emit'; readonly key: string; readonly event: Place }
  | { readonly kind: 'pause'; readonly key: string }
  | { readonly kind: 'child'; readonly key: string; readonly input: Input }

/** The first `failing` attempts fail, with this pause between two; at `most` the step has failed for good. */
export type Tries = { readonly failing: number; readonly most: number; readonly pauseMs: number }

/** Of an event: its name and key. */
export type Place = { readonly name: string; readonly key: string }

/** What a run is given: all it does follows from it. */
export type Input = {
  readonly seed: string
  readonly depth: number
  /** The key of the events of its history, if there are some in it. */
  readonly key?: string
  /** The event that started the run. */
  readonly event?: string
  /** The start that it came with, where starts follow rules. */
  readonly start?: string
}

/** The input of a run; of a batch the first. */
export function readInput(text: string): Input {
  return [JSON.parse(text) as Input | Input[]].flat()[0] as Input
}

/** Stages follow one another; what stands in one stage goes on at once. */
export type Program = { readonly stages: readonly (readonly Item[])[]; readonly ends: 'c' | 'f' }

/** The names of messages. Two, so that runs often wait for one while they get the other. */
export const NAMES = ['a', 'b'] as const

/** The events of a history. */
export function placesOf(key: string): readonly Place[] {
  return NAMES.map((name) => ({ name: `crash-${name}`, key }))
}

/** The program of a run: the same for each of its owners. */
export function programOf(input: Input): Program {
  const random = new Random(`program ${input.seed}`)
  const stages = Array.from({ length: random.between(1, 3) }, (_, stage) => {
    if (random.chance(0.04)) return [{ kind: 'pause' as const, key: `${stage}.pause` }]
    const items = random.pick([1, 1, 1, 1, 2, 2, 3])
    return Array.from({ length: items }, (_, i) => makeItem(random, input, `${stage}.${i}`))
  })
  return { stages, ends: random.chance(0.08) ? 'f' : 'c' }
}

function makeItem(random: Random, input: Input, place: string): Item {
  const child = input.depth === 0 ? 9 : 0
  const [event, emit] = input.key === undefined ? [0, 0] : [28, 9]
  const kinds = { step: 45, transaction: 9, sleep: 14, wait: 20, poll: 7, child, event, emit }
  const kind = random.weighted(kinds)
  const key = `${place}.${kind}`
  switch (kind) {
    case 'step':
    case 'transaction':
      return { kind, key, tries: makeTries(random), undo: kind === 'step' && random.chance(0.5) }
    case 'sleep':
      // some so long that the run is written to meanwhile, also on a slow machine
      return {
        kind,
        key,
        ms: random.chance(0.25) ? random.between(40, 150) : random.between(1, 15),
      }
    case 'wait':
      return {
        kind,
        key,
        name: random.pick(NAMES),
        ms: random.chance(0.6) ? random.between(3, 20) : null,
      }
    case 'poll':
      return {
        kind,
        key,
        ms: random.between(1, 6),
        deadline: random.chance(0.7) ? random.between(4, 20) : null,
      }
    case 'child':
      return { kind, key, input: makeChild(input, place) }
    case 'event': {
      const event = random.pick(placesOf(input.key as string))
      return { kind, key, event, ms: random.chance(0.4) ? random.between(3, 40) : null }
    }
    case 'emit':
      return { kind, key, event: random.pick(placesOf(input.key as string)) }
  }
}

function makeChild({ seed, depth, key }: Input, place: string): Input {
  return { seed: `${seed}.${place}`, depth: depth + 1, ...(key === undefined ? {} : { key }) }
}

function makeTries(random: Random): Tries {
  const failing = random.chance(0.3) ? random.between(1, 2) : 0
  const most = random.chance(0.15) ? 2 : 9
  return { failing, most, pauseMs: random.between(1, 8) }
}

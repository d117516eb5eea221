import type { MachineDocument, MachineTransition } from './machine-document.ts'

/** A transition from one of its states: lists and `*` are spread. */
export type Way = {
  readonly from: string
  readonly to: string
  readonly name: string
  /** Whether the document says `*`. */
  readonly wildcard: boolean
  /** Its place in the document; null: the document has no transitions. */
  readonly index: number | null
  readonly transition: MachineTransition | null
}

/** What a transition is called. */
export function nameOf({ name, to }: Pick<MachineTransition, 'name' | 'to'>): string {
  return name ?? `transition_to_${to}`
}

/**
 * All ways of a machine, in the order in which they are looked at: explicit ones before those of `*`, each in the
 * order of the document. Without transitions, from each state that is not final to each other one.
 */
export function waysOf({ states, transitions }: MachineDocument): Way[] {
  const open = states.filter(({ final }) => final !== true).map(({ name }) => name)
  if (!transitions || transitions.length === 0) {
    return open.flatMap((from) =>
      states
        .filter(({ name }) => name !== from)
        .map(({ name: to }) => {
          const name = nameOf({ to })
          return { from, to, name, wildcard: false, index: null, transition: null }
        }),
    )
  }
  const all = [...transitions.entries()].flatMap(([index, transition]) => {
    const { from, to } = transition
    const wildcard = from === '*'
    const sources = wildcard ? open.filter((name) => name !== to) : [from].flat()
    return sources.map(
      (source): Way => ({
        from: source,
        to,
        name: nameOf(transition),
        wildcard,
        index,
        transition,
      }),
    )
  })
  return [...all.filter(({ wildcard }) => !wildcard), ...all.filter(({ wildcard }) => wildcard)]
}

/** How many ways there are at most, without making them: a small document may stand for millions. */
export function countWays({ states, transitions }: MachineDocument): number {
  if (!transitions || transitions.length === 0) return states.length * states.length
  const counts = transitions.map(({ from }) =>
    from === '*' ? states.length : [from].flat().length,
  )
  return counts.reduce((sum, one) => sum + one, 0)
}

import { secondsOrText } from '../../graph/document/check-fields.ts'
import { below } from '../../graph/document/pointer.ts'
import { MIN_TIMER_ROUND_MS } from '../../model/limits.ts'
import { listWords } from '../../model/text.ts'
import type { MachineDocument } from './machine-document.ts'
import type { Problems } from './problems.ts'
import { type Way, waysOf } from './ways.ts'

/** States that a message names. */
const SHOWN = 5

/**
 * Refuses timers that lead round without anybody's doing, each below a second: one entity would keep a worker and the
 * trail busy for ever. One timer of a second on the way is enough, and so is a transition that somebody asks for.
 */
export function checkTimers(document: MachineDocument, problems: Problems): void {
  const quick = waysOf(document).filter(({ transition }) => {
    const after = transition?.after ?? null
    const ms = after === null ? null : secondsOrText(after)
    return ms !== null && ms < MIN_TIMER_ROUND_MS
  })
  const left = peel(peel(quick, 'to', 'from'), 'from', 'to')
  const [first] = left.toSorted((a, b) => (a.index as number) - (b.index as number))
  if (first === undefined) return
  const names = [...new Set(left.map(({ from }) => from))].sort()
  const shown = [...names.slice(0, SHOWN), ...(names[SHOWN] ? ['others'] : [])]
  const message = `Timers alone lead round through ${names.length === 1 ? 'state' : 'states'} ${listWords(shown, 'and')}, each in less than a second: an entity would move for ever without anybody's doing. Let one of them take at least "1 second".`
  problems.add('TIMER_ROUND', below(below('/transitions', first.index as number), 'after'), message)
}

/** Ways without those that begin, or end, where no other ends, or begins, until there are none: what lies round stays. */
function peel(ways: readonly Way[], here: 'from' | 'to', there: 'from' | 'to'): Way[] {
  const count = new Map<string, number>()
  for (const way of ways) count.set(way[here], (count.get(way[here]) ?? 0) + 1)
  const of = new Map<string, Way[]>()
  for (const way of ways) {
    const known = of.get(way[there])
    if (known) known.push(way)
    else of.set(way[there], [way])
  }
  const gone = [...of.keys()].filter((name) => !count.has(name))
  for (const name of gone) {
    for (const way of of.get(name) ?? []) {
      const more = (count.get(way[here]) as number) - 1
      count.set(way[here], more)
      if (more === 0) gone.push(way[here])
    }
  }
  const ended = new Set(gone)
  return ways.filter((way) => !ended.has(way[there]))
}

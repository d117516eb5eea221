import { below } from '../../graph/document/pointer.ts'
import { describeValue, listWords } from '../../model/text.ts'
import type { MachineDocument } from './machine-document.ts'
import type { Problems } from './problems.ts'
import { type Way, waysOf } from './ways.ts'

/** Checks that names of states are unique, and exactly one is initial. */
export function checkStates({ states }: MachineDocument, problems: Problems): void {
  const seen = new Map<string, number>()
  for (const [i, { name }] of states.entries()) {
    const first = seen.get(name)
    if (first === undefined) {
      seen.set(name, i)
      continue
    }
    const message = `State ${describeValue(name)} is there twice; the first is states[${first}]. Give one of them another name.`
    problems.add('DUPLICATE_STATE', below(below('/states', i), 'name'), message)
  }
  const initial = [...states.entries()].filter(([, state]) => state.initial === true)
  if (initial.length === 0) {
    const first = states[0]?.name
    const message = `No state is initial, so no entity could begin. Write "initial: true" at one of them, such as ${describeValue(first)}.`
    problems.add('INITIAL_STATE', '/states', message)
  }
  const names = initial.map(([, { name }]) => name)
  for (const [i] of initial.slice(1)) {
    const message = `${initial.length} states are initial, ${listWords(names, 'and')}; one may be. Take it away from the others.`
    problems.add('INITIAL_STATE', below(below('/states', i), 'initial'), message)
  }
}

/** Looks for states to which no way leads, which is wrong, and for those that are not final and have no way out. */
export function checkReach(document: MachineDocument, problems: Problems): void {
  const { states } = document
  const ways = new Map<string, Way[]>()
  for (const way of waysOf(document)) {
    const known = ways.get(way.from)
    if (known) known.push(way)
    else ways.set(way.from, [way])
  }
  const start = states.find(({ initial }) => initial === true)?.name
  const reached = new Set(start === undefined ? [] : [start])
  for (const name of reached) for (const { to } of ways.get(name) ?? []) reached.add(to)
  for (const [i, { name, final }] of states.entries()) {
    const pointer = below('/states', i)
    if (!reached.has(name)) {
      const message = `No way leads from the initial state ${describeValue(start)} to state ${describeValue(name)}. Add a transition to it, or take it out.`
      problems.add('UNREACHABLE_STATE', pointer, message)
    } else if (final !== true && !ways.has(name)) {
      const message = `Nothing leaves state ${describeValue(name)}, and it is not final: entities stay in it for ever. Write "final: true", or add a transition.`
      problems.note('DEAD_END', pointer, message)
    }
  }
}

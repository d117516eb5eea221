import { below } from '../../graph/document/pointer.ts'
import { describeValue } from '../../model/text.ts'
import type { MachineDocument, MachineTransition } from './machine-document.ts'
import type { Problems } from './problems.ts'
import { nameOf, type Way, waysOf } from './ways.ts'

/** Checks the names in transitions, and that one of a name leaves each state. */
export function checkTransitions(document: MachineDocument, problems: Problems): void {
  const states = document.states.map(({ name }) => name)
  const names = (document.transitions ?? []).map(nameOf)
  const isState = new Set(states)
  const isTransition = new Set(names)
  for (const [i, transition] of (document.transitions ?? []).entries()) {
    const pointer = below('/transitions', i)
    for (const [name, at] of namedStates(transition, pointer)) {
      if (isState.has(name)) continue
      const hint =
        name === '*' ? ' Write from: "*" alone.' : problems.guess(name, states) || ' Name a state.'
      const message = `Transition ${describeValue(nameOf(transition))} names state ${describeValue(name)}, which does not exist.${hint}`
      problems.add('UNKNOWN_STATE', at, message)
    }
    for (const [name, at] of namedTransitions(transition, pointer)) {
      if (isTransition.has(name)) continue
      const hint = problems.guess(name, names) || ' Name a transition, or write true.'
      const message = `four_eyes of transition ${describeValue(nameOf(transition))} names ${describeValue(name)}, which is no transition.${hint}`
      problems.add('UNKNOWN_TRANSITION', at, message)
    }
  }
  checkDoubles(document, problems)
  checkWildcards(document, problems)
}

function namedStates(transition: MachineTransition, pointer: string): [string, string][] {
  const { from, to } = transition
  return [
    ...(from === '*' ? [] : listed(from, below(pointer, 'from'))),
    [to, below(pointer, 'to')] as [string, string],
  ]
}

function namedTransitions(transition: MachineTransition, pointer: string): [string, string][] {
  const { four_eyes: eyes } = transition
  return typeof eyes === 'boolean' || eyes === undefined || eyes === null
    ? []
    : listed(eyes, below(pointer, 'four_eyes'))
}

function listed(given: string | string[], pointer: string): [string, string][] {
  if (typeof given === 'string') return [[given, pointer]]
  return given.map((name, i) => [name, below(pointer, i)])
}

function checkDoubles(document: MachineDocument, problems: Problems): void {
  const seen = new Map<string, Way>()
  const told = new Set<number | null>()
  for (const way of waysOf(document)) {
    const key = JSON.stringify([way.from, way.name])
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, way)
      continue
    }
    if (told.has(way.index)) continue
    told.add(way.index)
    const pointer = below('/transitions', way.index as number)
    const [name, from] = [describeValue(way.name), describeValue(way.from)]
    const message =
      first.index === way.index
        ? `Transition ${name} names state ${from} twice. Take one of them out.`
        : `Two transitions ${name} leave state ${from}: /transitions/${first.index} to ${describeValue(first.to)} and ${pointer} to ${describeValue(way.to)}. Give one of them another name.`
    problems.add('DUPLICATE_TRANSITION', pointer, message)
  }
}

function checkWildcards(document: MachineDocument, problems: Problems): void {
  const used = new Set(waysOf(document).map(({ index }) => index))
  for (const [i, transition] of (document.transitions ?? []).entries()) {
    if (transition.from !== '*' || used.has(i)) continue
    const message = `Transition ${describeValue(nameOf(transition))} leaves every state but final ones and its own target, and there is no other. Name the states that it leaves, or take it out.`
    problems.note('LEAVES_NOTHING', below('/transitions', i), message)
  }
}

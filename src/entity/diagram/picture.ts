import { secondsOrText } from '../../graph/document/check-fields.ts'
import { formatDuration } from '../../model/duration.ts'
import type { MachineDocument } from '../document/machine-document.ts'
import { waysOf } from '../document/ways.ts'
import type { AnyMachine } from '../machine.ts'

/** What a diagram shows of a machine. */
export type Picture = {
  readonly name: string
  readonly states: readonly { name: string; initial: boolean; final: boolean }[]
  /** `label` is lines: the name, then when it moves by itself and who may do it. */
  readonly arrows: readonly { from: string; to: string; label: readonly string[] }[]
}

/** Reads a machine as one would draw it: lists and `*` are spread. */
export function pictureOf(machine: AnyMachine): Picture {
  const document = JSON.parse(machine.document?.text as string) as MachineDocument
  const states = document.states.map(({ name, initial, final }) => {
    return { name, initial: initial === true, final: final === true }
  })
  const arrows = waysOf(document).map(({ from, to, name, transition }) => {
    const { after = null, requires_role: role = null } = transition ?? {}
    const ms = after === null ? null : secondsOrText(after)
    const roles = role === null ? '' : `[${[role].flat().join(' or ')}]`
    const label = [name, ms === null ? '' : `after ${formatDuration(ms)}`, roles]
    return { from, to, label: label.filter((line) => line !== '') }
  })
  return { name: document.workflow.name, states, arrows }
}

import { type Duration, type DurationObject, parseDuration } from '../model/duration.ts'
import { InvalidInputError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'
import { describeValue } from '../model/text.ts'
import type { Action, ReadonlyJson, StateOptions, TransitionOptions } from './machine.ts'

/** What `defineMachine({...})` takes, whatever its states and transitions. */
export type MachineOptions = {
  readonly name: string
  readonly version?: string
  readonly table?: string
  readonly metadata?: { readonly [key: string]: ReadonlyJson }
  readonly states: Readonly<Record<string, StateOptions>>
  readonly transitions: Readonly<Record<string, TransitionOptions>>
}

const names = {
  machine: {
    name: true,
    version: true,
    table: true,
    metadata: true,
    states: true,
    transitions: true,
  },
  state: { initial: true, final: true, metadata: true, onEnter: true, onLeave: true, sla: true },
  transition: {
    ...{ from: true, to: true, after: true, requiresRole: true, fourEyes: true },
    ...{ reasonRequired: true, conditions: true, context: true, metadata: true, actions: true },
  },
  action: { start: true, input: true, signal: true, runId: true, data: true, webhook: true },
} as const

/**
 * The document of a machine that is written in TypeScript.
 * @throws InvalidInputError for options that there are not, and for durations that are none
 */
export function compileMachine(options: MachineOptions): unknown {
  const { name, version, table, metadata } = options
  checkOptionNames('defineMachine', options, names.machine)
  return {
    workflow: given({ name, version, table, metadata }),
    states: entriesOf(options.states, 'states').map(([state, one]) => compileState(state, one)),
    transitions: entriesOf(options.transitions, 'transitions').map(([transition, one]) =>
      compileTransition(transition, one),
    ),
  }
}

function entriesOf<T extends object>(
  record: Readonly<Record<string, T>>,
  what: string,
): [string, T][] {
  const isRecord = (value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord(record) || !Object.values(record).every(isRecord)) {
    throw new InvalidInputError(
      `${what} of defineMachine must be an object with an object for each name, and is ${describeValue(record)}. Change it.`,
    )
  }
  return Object.entries(record)
}

function compileState(name: string, options: StateOptions): object {
  const { initial, final, metadata, onEnter, onLeave, sla } = options
  const where = `state ${describeValue(name)}`
  checkOptionNames(where, options, names.state)
  return given({
    ...{ name, initial: initial || undefined, final: final || undefined, metadata },
    on_enter: compileActions(onEnter, where),
    on_leave: compileActions(onLeave, where),
    sla: durationText(sla),
  })
}

function compileTransition(name: string, options: TransitionOptions): object {
  const { from, to, conditions, context, metadata, after, requiresRole, fourEyes, reasonRequired } =
    options
  const where = `transition ${describeValue(name)}`
  checkOptionNames(where, options, names.transition)
  return given({
    ...{ from, to, name, conditions, context, metadata },
    after: durationText(after),
    requires_role: requiresRole,
    four_eyes: fourEyes || undefined,
    reason_required: reasonRequired || undefined,
    actions: compileActions(options.actions, where),
  })
}

function compileActions(actions: readonly Action[] | undefined, where: string): unknown {
  return actions?.map((action) => {
    checkOptionNames(`an action of ${where}`, action, names.action)
    const { start, runId, ...rest } = action as {
      start?: { id: string } | string
      runId?: string
    }
    return given({
      start: typeof start === 'object' && start !== null ? start.id : start,
      run_id: runId,
      ...rest,
    })
  })
}

/** A number is milliseconds here, and seconds in a document: there it is a text. */
function durationText(duration: Duration | undefined): string | undefined {
  if (duration === undefined) return undefined
  const ms = parseDuration(duration)
  if (typeof duration === 'string') return duration
  if (typeof duration === 'number') return `${ms}ms`
  const parts = Object.entries(duration as DurationObject).filter(
    ([, n]) => n !== undefined && n !== 0,
  )
  return parts.map(([unit, n]) => `${n} ${unit}`).join(' ')
}

/** Without what is undefined. */
function given(object: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

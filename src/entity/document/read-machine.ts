import { checkFields } from '../../graph/document/check-fields.ts'
import { jsonTypeOf } from '../../graph/document/field-kinds.ts'
import { below } from '../../graph/document/pointer.ts'
import { readSource, type Source } from '../../graph/document/source.ts'
import { DefinitionError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { MAX_MACHINE_BYTES, MAX_MACHINE_WAYS } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import { checkActions } from './actions.ts'
import { checkReach, checkStates } from './check-states.ts'
import { checkTimers } from './check-timers.ts'
import { checkTransitions } from './check-transitions.ts'
import { checkConditions } from './conditions.ts'
import type { MachineDocument, MachineIssue, MachineNote } from './machine-document.ts'
import { machineFields } from './machine-fields.ts'
import { Problems } from './problems.ts'
import { countWays, nameOf } from './ways.ts'

/** Issues that the message of an error lists; all are in `issues`. */
const SHOWN = 5

/** What a document says: `document` is null with issues. */
export type ReadMachine = {
  readonly document: MachineDocument | null
  readonly issues: readonly MachineIssue[]
  readonly notes: readonly MachineNote[]
}

/**
 * Everything that is wrong with the document of a machine, at once; an empty list if nothing is. Never throws.
 * @param source an object, or text of JSON or YAML
 * @example validateMachine('workflow: { name: a }\nstates: [{ name: b }]')
 * // [{ code: 'INITIAL_STATE', message: 'No state is initial, …', pointer: '/states', line: 2, column: 9 }]
 */
export function validateMachine(source: unknown): MachineIssue[] {
  return [...checkMachine(source).issues]
}

/** A document with all that is to say about it. Never throws. */
export function checkMachine(source: unknown): ReadMachine {
  const read = readSource(source)
  const problems = new Problems(read)
  const document = read.value === undefined ? null : checkAll(textVersion(read), problems)
  const issues = problems.issues()
  return { document: issues.length === 0 ? document : null, issues, notes: problems.notes() }
}

/**
 * A document that is right.
 * @param path of its file, if it has one
 * @throws DefinitionError (MR030) with every issue
 */
export function readMachine(
  source: unknown,
  path?: string,
): ReadMachine & { document: MachineDocument } {
  const { document, ...rest } = checkMachine(source)
  if (document) return { document, ...rest }
  throw toDefinitionError(rest.issues, path)
}

/** Whether a document is meant to be a machine: a graph has steps, and neither of these. */
export function isMachine(source: unknown): boolean {
  const { value } = readSource(source)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !('steps' in value) && ('states' in value || 'workflow' in value)
}

function toDefinitionError(issues: readonly MachineIssue[], path?: string): DefinitionError {
  const shown = issues.slice(0, SHOWN).map(({ line, column, pointer, code, message }) => {
    const place = line === undefined ? pointer || 'the document' : `${line}:${column}`
    return `${path === undefined ? '' : `${path}:`}${place} ${code}: ${message}`
  })
  const more =
    issues.length > SHOWN
      ? `\n… and ${issues.length - SHOWN} more; "millrace workflows check" tells all`
      : ''
  const count = issues.length === 1 ? 'an error' : `${issues.length} errors`
  return new DefinitionError(`The machine has ${count}:\n${shown.join('\n')}${more}`, {
    issues: issues.map((issue) => ({ ...issue, path: issue.pointer })),
    details: { codes: [...new Set(issues.map(({ code }) => code))] },
  })
}

/** Who writes `version: 1.0` in YAML means the text, which a number does not keep. */
function textVersion({ value, written }: Source): Json {
  const root = value as { workflow?: { version?: Json } }
  const version = root?.workflow?.version
  if (typeof version !== 'number' || !written) return value as Json
  const source = /^[+-]?[\d.][\w.+-]*/.exec(written('/workflow/version'))?.[0]
  if (source === undefined) return value as Json
  return { ...root, workflow: { ...root.workflow, version: source } } as Json
}

function checkAll(value: Json, problems: Problems): MachineDocument | null {
  if (jsonTypeOf(value) !== 'object') {
    const message = `The document is ${describeValue(value)}, but must be an object with workflow, states and transitions. Give one.`
    problems.add('VALIDATION_ERROR', '', message)
    return null
  }
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_MACHINE_BYTES) {
    const message = `The document takes more than ${MAX_MACHINE_BYTES} bytes. Keep what is for people elsewhere, or make several machines.`
    problems.add('TOO_LARGE', '', message)
    return null
  }
  checkFields(machineFields, value as Record<string, unknown>, '', '', {
    ...{ issues: problems.list, owner: 'document' },
    ...{ nodes: () => {}, schema: () => {} },
  })
  const isSound = problems.isEmpty
  const wrong = problems.parts()
  const document = value as unknown as MachineDocument
  if (!hasNames(document)) return null
  const ways = countWays(document)
  if (ways > MAX_MACHINE_WAYS) {
    const message = `The transitions stand for ${ways} ways from a state, with lists, "*" and their absence spread; there may be ${MAX_MACHINE_WAYS}. Name fewer.`
    problems.add('TOO_LARGE', '/transitions', message)
    return null
  }
  checkStates(document, problems)
  checkTransitions(document, problems)
  // conditions and actions are looked at more closely where each is what it says that it is
  if (wrong !== null) checkParts(document, wrong, problems)
  // whoever misspelled a state has been told, and it would be unreachable too
  if (problems.isEmpty) checkReach(document, problems)
  if (isSound) checkTimers(document, problems)
  return document
}

/** Whether the names can be read, whatever else is wrong. */
function hasNames({ states, transitions }: { states?: unknown; transitions?: unknown }): boolean {
  const isText = (one: unknown) => typeof one === 'string'
  const isNamed = (one: unknown) => jsonTypeOf(one) === 'object' && isText((one as Named).name)
  const leads = (one: unknown) => {
    if (jsonTypeOf(one) !== 'object') return false
    const { from, to, name = null, four_eyes: eyes = null } = one as Named
    const isFrom = isText(from) || (Array.isArray(from) && from.every(isText))
    const isEyes = !Array.isArray(eyes)
      ? jsonTypeOf(eyes) !== 'object' && typeof eyes !== 'number'
      : eyes.every(isText)
    return isFrom && isText(to) && (name === null || isText(name)) && isEyes
  }
  if (!Array.isArray(states) || states.length === 0 || !states.every(isNamed)) return false
  return (
    transitions === undefined ||
    transitions === null ||
    (Array.isArray(transitions) && transitions.every(leads))
  )
}

type Named = { name?: unknown; from?: unknown; to?: unknown; four_eyes?: unknown }

/** @param wrong pointers of the states and transitions that are left out */
function checkParts(
  { states, transitions }: MachineDocument,
  wrong: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const [i, state] of states.entries()) {
    const pointer = below('/states', i)
    if (wrong.has(pointer)) continue
    for (const key of ['on_enter', 'on_leave'] as const) {
      const owner = `${key} of state ${describeValue(state.name)}`
      checkActions(state[key], below(pointer, key), owner, problems)
    }
  }
  for (const [i, transition] of (transitions ?? []).entries()) {
    const pointer = below('/transitions', i)
    if (wrong.has(pointer)) continue
    checkConditions(transition, pointer, problems)
    const owner = `transition ${describeValue(nameOf(transition))}`
    checkActions(transition.actions, below(pointer, 'actions'), owner, problems)
  }
}

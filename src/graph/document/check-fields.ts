import { parseDuration } from '../../model/duration.ts'
import { MAX_DURATION_MS } from '../../model/limits.ts'
import { countOf, describeValue } from '../../model/text.ts'
import { type Fields, jsonTypeOf, type Kind, ruleOf, typesOf } from './field-kinds.ts'
import type { IssueList } from './issue-list.ts'
import { below } from './pointer.ts'
import { fits } from './text-forms.ts'

/** What is being checked, and who looks at the parts that are not fields. */
export type Checking = {
  readonly issues: IssueList
  /** As messages name it: 'step "pay"'. */
  readonly owner: string
  /** A list of nodes, once it is known to be a list. */
  readonly nodes: (nodes: readonly unknown[], pointer: string) => void
  readonly schema: (schema: unknown, pointer: string, owner: string) => void
}

/** Checks an object against the fields that it may have. @param label of the object within its owner, with a point behind; '' is the owner itself */
export function checkFields(
  fields: Fields,
  value: Record<string, unknown>,
  pointer: string,
  label: string,
  checking: Checking,
): void {
  const { issues, owner } = checking
  for (const name of Object.keys(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) {
      if (!name.startsWith('x-')) refuseField(fields, name, pointer, label, checking)
      continue
    }
    const given = value[name]
    // clients of other languages send null for what is not there
    if (given === null && !field.required && field.kind.is !== 'json' && field.kind.is !== 'values')
      continue
    checkValue(field.kind, given, below(pointer, name), `${label}${name}`, checking)
  }
  for (const [name, field] of Object.entries(fields)) {
    if (!field.required || Object.hasOwn(value, name)) continue
    const message = `The ${owner} has no ${label}${name}, which it must have: ${field.about}. Add it.`
    issues.add('VALIDATION_ERROR', pointer, message, { field: name })
  }
}

function refuseField(
  fields: Fields,
  name: string,
  pointer: string,
  label: string,
  { issues, owner }: Checking,
): void {
  const known = Object.keys(fields).filter((one) => !fields[one]?.ignored)
  const shown = `${label}${name}`
  const guess = issues.guess(name, known)
  const remedy = `There are: ${known.join(', ')}. What is for people or tools alone begins with "x-".`
  const message = `The ${owner} has a field ${describeValue(shown)}, which nobody reads.${guess} ${remedy}`
  issues.add('VALIDATION_ERROR', below(pointer, name), message)
}

/** Checks one value. @param label as messages name it: 'config.url' */
export function checkValue(
  kind: Kind,
  value: unknown,
  pointer: string,
  label: string,
  checking: Checking,
): void {
  if (!typesOf(kind).includes(jsonTypeOf(value))) {
    refuse(kind, value, pointer, label, checking)
    return
  }
  switch (kind.is) {
    case 'list':
      checkList(kind, value as unknown[], pointer, label, checking)
      return
    case 'record':
      checkRecord(kind, value as Record<string, unknown>, pointer, label, checking)
      return
    case 'fields':
      checkFields(kind.fields, value as Record<string, unknown>, pointer, `${label}.`, checking)
      return
    case 'either': {
      const type = jsonTypeOf(value)
      const found = kind.of.find((one) => typesOf(one).includes(type)) as Kind
      checkValue(found, value, pointer, label, checking)
      return
    }
    case 'nodes':
      checking.nodes(value as unknown[], pointer)
      return
    case 'schema':
      checking.schema(value, pointer, `${label} of ${checking.owner}`)
      return
    default:
      if (!isFit(kind, value)) refuse(kind, value, pointer, label, checking)
  }
}

function checkList(
  kind: Kind & { is: 'list' },
  value: readonly unknown[],
  pointer: string,
  label: string,
  checking: Checking,
): void {
  const { least = 0, most = Number.POSITIVE_INFINITY } = kind
  if (value.length < least || value.length > most)
    refuse(kind, value, pointer, label, checking, `has ${countOf(value.length, 'item')}`)
  for (const [i, item] of value.entries()) {
    if (checking.issues.isFull) return
    checkValue(kind.of, item, below(pointer, i), `${label}[${i}]`, checking)
  }
}

function checkRecord(
  kind: Kind & { is: 'record' },
  value: Record<string, unknown>,
  pointer: string,
  label: string,
  checking: Checking,
): void {
  const { issues, owner } = checking
  const keys = Object.keys(value)
  if (keys.length < (kind.least ?? 0))
    refuse(
      kind,
      value,
      pointer,
      label,
      checking,
      `has ${countOf(keys.length, 'entry', 'entries')}, fewer than ${kind.least}`,
    )
  for (const key of keys) {
    if (issues.isFull) return
    const under = below(pointer, key)
    if (kind.keys && !fits(kind.keys, key)) {
      const message = `The key ${describeValue(key)} of ${label} of the ${owner} must be ${kind.keys.rule}. Change it.`
      issues.add('VALIDATION_ERROR', under, message)
    }
    checkValue(kind.of, value[key], under, `${label}.${key}`, checking)
  }
}

function isFit(kind: Kind, value: unknown): boolean {
  switch (kind.is) {
    case 'text':
    case 'template': {
      const text = value as string
      if (kind.most !== undefined && text.length > kind.most) return false
      return kind.form === undefined || fits(kind.form, text)
    }
    case 'number': {
      const { least = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, most } = kind
      return (value as number) >= least && (value as number) > above && (value as number) <= most
    }
    case 'whole':
      return (
        Number.isInteger(value) && (value as number) >= kind.least && (value as number) <= kind.most
      )
    case 'duration':
      return secondsOrText(value as number | string) !== null
    case 'choice':
      return kind.of.includes(kind.anyCase ? (value as string).toUpperCase() : (value as string))
    default:
      return true
  }
}

/**
 * Milliseconds of a duration in a document, whose bare numbers are seconds; null if it is none.
 * @example secondsOrText(1.5) // 1500
 */
export function secondsOrText(value: number | string): number | null {
  try {
    return parseDuration(typeof value === 'number' ? value * 1000 : value)
  } catch {
    return null
  }
}

function refuse(
  kind: Kind,
  value: unknown,
  pointer: string,
  label: string,
  { issues, owner }: Checking,
  found = `is ${describeValue(value)}`,
): void {
  const guess =
    kind.is === 'choice' && typeof value === 'string' ? issues.guess(value, kind.of) : ''
  const years =
    kind.is === 'duration' ? ` of at most ${MAX_DURATION_MS / 31_557_600_000} years` : ''
  const text = isBareText(kind, value) ? ' Put it in quotes.' : ''
  const message = `${label} of the ${owner} ${found}, but must be ${ruleOf(kind)}${years}.${guess}${text || ' Change it.'}`
  issues.add('VALIDATION_ERROR', pointer, message)
}

/** YAML reads 1.0 and yes as it does: who writes a version so means a text. */
function isBareText(kind: Kind, value: unknown): boolean {
  const isText = kind.is === 'text' || kind.is === 'template' || kind.is === 'expression'
  return isText && (typeof value === 'number' || typeof value === 'boolean')
}

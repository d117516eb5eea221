import { types } from 'node:util'
import { formatPath } from './json-path.ts'
import { describeValue, isStorable } from './text.ts'

/** Why a value cannot be stored, as `details.rule` of a PayloadError says it. */
export type PayloadRule =
  | 'bigint'
  | 'number'
  | 'date'
  | 'collection'
  | 'promise'
  | 'opaque'
  | 'cycle'
  | 'depth'
  | 'size'
  | 'throws'
  | 'text'
  | 'nothing'

/** What is wrong with a value, and where. */
export type JsonProblem = {
  readonly rule: PayloadRule
  /** The rest of the sentence that begins with the path, and what to do. */
  readonly sentence: string
  /** Keys and indexes from the root. */
  readonly path: (string | number)[]
  /** The containers on that path, the root first. */
  readonly chain: unknown[]
  readonly cause?: unknown
}

/** The limits of one walk; `bytesLeft` counts down by the least that each part can take as JSON. */
type Limits = { readonly maxDepth: number; bytesLeft: number }

/**
 * The first thing in a value that JSON.stringify would fail on, or turn into null or {} without a
 * word; null if there is none. Texts are left to `findTextProblem`, because the finished JSON shows
 * faster whether it is needed. Never throws. It ends as soon as the value must be too large, so a
 * small value that refers to one part a million times costs no more than the limit.
 */
export function findProblem(value: unknown, maxDepth: number, maxBytes: number) {
  const problem = visit(value, '', 0, { maxDepth, bytesLeft: maxBytes })
  return problem?.rule === 'depth' ? (findCycle(problem) ?? problem) : problem
}

/** The first text or key in parsed JSON that Postgres cannot store; null if there is none. */
export function findTextProblem(value: unknown): JsonProblem | null {
  if (typeof value === 'string') return isStorable(value) ? null : textProblem('text', value)
  if (typeof value !== 'object' || value === null) return null
  for (const [key, child] of Object.entries(value)) {
    const problem = isStorable(key) ? findTextProblem(child) : textProblem('key', key)
    if (problem) return addStep(problem, Array.isArray(value) ? Number(key) : key, value)
  }
  return null
}

// ── the walk: these run for every step result; the happy path allocates nothing

function visit(value: unknown, key: string, depth: number, limits: Limits): JsonProblem | null {
  switch (typeof value) {
    case 'string':
      return spend(limits, value.length + 2)
    case 'number':
      return Number.isFinite(value) ? spend(limits, 1) : numberProblem(value)
    case 'boolean':
      return spend(limits, 4)
    case 'object':
      return value === null ? spend(limits, 4) : visitObject(value, key, depth, limits)
    case 'bigint':
      return visitBigInt(value, key, depth, limits)
    case 'function':
    case 'symbol':
      return nothingProblem(typeof value)
    default:
      return null
  }
}

function visitObject(value: object, key: string, depth: number, limits: Limits) {
  try {
    const { toJSON } = value as Convertible
    if (typeof toJSON !== 'function') return visitContainer(value, depth, limits)
    if (types.isDate(value)) {
      return Number.isNaN(value.getTime()) ? dateProblem() : spend(limits, 26)
    }
    return visitConverted(toJSON.call(value, key), depth, limits)
  } catch (cause) {
    return throwsProblem(cause)
  }
}

type Convertible = { toJSON?: unknown }

/** What toJSON gave: its own toJSON is not called. */
function visitConverted(value: unknown, depth: number, limits: Limits): JsonProblem | null {
  if (typeof value === 'object' && value !== null) return visitContainer(value, depth, limits)
  return visit(value, '', depth, limits)
}

function visitContainer(value: object, depth: number, limits: Limits): JsonProblem | null {
  if (depth >= limits.maxDepth) return depthProblem(value, limits.maxDepth)
  if (Array.isArray(value)) return visitArray(value, depth, limits)
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    const problem = exoticProblem(value)
    if (problem) return problem
  }
  return spend(limits, 2) ?? visitKeys(value as Record<string, unknown>, depth, limits)
}

function visitArray(value: readonly unknown[], depth: number, limits: Limits): JsonProblem | null {
  // Brackets and commas, before the loop: new Array(4e9) is short to write and long to walk.
  if (spend(limits, value.length + 1)) return newProblem('size', '')
  let i = 0
  try {
    for (; i < value.length; i++) {
      const problem = visit(value[i], '', depth + 1, limits)
      if (problem) return addStep(problem, i, value)
    }
  } catch (cause) {
    return addStep(throwsProblem(cause), i, value)
  }
  return null
}

function visitKeys(value: Record<string, unknown>, depth: number, limits: Limits) {
  let key: string | undefined
  try {
    for (key of Object.keys(value)) {
      const problem = visit(value[key], key, depth + 1, limits)
      if (problem) return addStep(problem, key, value)
    }
  } catch (cause) {
    return key === undefined ? throwsProblem(cause) : addStep(throwsProblem(cause), key, value)
  }
  return null
}

/** Some programs give BigInt.prototype a toJSON; JSON.stringify calls it, so it is respected. */
function visitBigInt(value: bigint, key: string, depth: number, limits: Limits) {
  const { toJSON } = Object(value) as Convertible
  if (typeof toJSON !== 'function') return bigintProblem(value)
  try {
    return visitConverted(toJSON.call(value, key), depth, limits)
  } catch (cause) {
    return throwsProblem(cause)
  }
}

function spend(limits: Limits, bytes: number): JsonProblem | null {
  limits.bytesLeft -= bytes
  return limits.bytesLeft < 0 ? newProblem('size', '') : null
}

function addStep(problem: JsonProblem, step: string | number, parent: unknown): JsonProblem {
  problem.path.unshift(step)
  problem.chain.unshift(parent)
  return problem
}

/** A walk that went too deep may have gone round: then one container is on its path twice. */
function findCycle({ path, chain }: JsonProblem): JsonProblem | null {
  const seen = new Map<unknown, number>()
  for (const [i, container] of chain.entries()) {
    const first = seen.get(container)
    if (first !== undefined) {
      const target = formatPath(path.slice(0, first))
      const sentence = `refers back to ${target}. Store an id in place of the reference.`
      return { ...newProblem('cycle', sentence), path: path.slice(0, i) }
    }
    seen.set(container, i)
  }
  return null
}

// ── the problems

function newProblem(rule: PayloadRule, sentence: string, cause?: unknown): JsonProblem {
  return { rule, sentence, path: [], chain: [], cause }
}

function numberProblem(value: number): JsonProblem {
  const sentence = `is ${value}, which JSON would turn into null. Store null or a text.`
  return newProblem('number', sentence)
}

function bigintProblem(value: bigint): JsonProblem {
  const shown = value.toString().slice(0, 40)
  return newProblem('bigint', `is the BigInt ${shown}, which JSON has not. Store String(value).`)
}

function dateProblem(): JsonProblem {
  return newProblem('date', 'is an invalid Date, which JSON would turn into null. Store null.')
}

function exoticProblem(value: object): JsonProblem | null {
  if (types.isMap(value)) return collectionProblem('Map', 'Object.fromEntries(map)')
  if (types.isSet(value)) return collectionProblem('Set', '[...set]')
  if (types.isNumberObject(value) && !Number.isFinite(Number(value))) {
    return numberProblem(Number(value))
  }
  if (types.isPromise(value))
    return newProblem('promise', 'is a Promise, which JSON would turn into {}. Await it first.')
  if (types.isNativeError(value))
    return newProblem(
      'opaque',
      'is an Error, which JSON would turn into {}. Throw it, or store its message.',
    )
  if (types.isTypedArray(value))
    return newProblem('opaque', "is binary data. Store Buffer.from(bytes).toString('base64').")
  return isOpaque(value) ? opaqueProblem(value) : null
}

/** Whatever it holds, it does not show: a Response, a RegExp, an ArrayBuffer. */
function isOpaque(value: object): boolean {
  const isPlain = Object.getPrototypeOf(value) === null
  return !isPlain && !types.isBoxedPrimitive(value) && Object.keys(value).length === 0
}

function opaqueProblem(value: object): JsonProblem {
  const name = value.constructor?.name || 'object'
  const remedy = name === 'Response' ? 'await response.json()' : 'what you need of it as plain data'
  return newProblem('opaque', `is a ${name}, which JSON would turn into {}. Store ${remedy}.`)
}

function nothingProblem(what: string): JsonProblem {
  return newProblem('nothing', `is a ${what}, which JSON drops. Store plain data.`)
}

function collectionProblem(name: string, remedy: string): JsonProblem {
  const sentence = `is a ${name}, which JSON would turn into {}. Store ${remedy}.`
  return newProblem('collection', sentence)
}

function depthProblem(value: object, maxDepth: number): JsonProblem {
  const sentence = `is nested deeper than ${maxDepth} levels. Store a flatter value.`
  return { ...newProblem('depth', sentence), chain: [value] }
}

function throwsProblem(cause: unknown): JsonProblem {
  const shown = describeValue(types.isNativeError(cause) ? cause.message : cause)
  return newProblem('throws', `throws ${shown} when it is read. Store plain data.`, cause)
}

function textProblem(what: string, text: string): JsonProblem {
  const found = text.includes('\0') ? 'U+0000' : 'half of a surrogate pair'
  const sentence = `is a ${what} with ${found}, which Postgres refuses. Remove it, or use base64.`
  return newProblem('text', sentence)
}

import { RequestError } from '../../model/errors.ts'
import { isUuid } from '../../model/run-id.ts'
import { type ColumnKind, RELATIONS, type Relation } from './pypgflow-columns.ts'

/** A column, or a place inside one that is JSON. */
type Place = { readonly path: string[]; readonly kind: ColumnKind }
type Chosen = { readonly name: string; readonly path: string[]; readonly asText: boolean }

/** What is asked of a list, as PostgREST's addresses say it. */
export type PypgflowQuery = {
  /** What is sent of each row; null: all of it. */
  readonly select: readonly Chosen[] | null
  /** As `read_pypgflow` takes them. */
  readonly filters: readonly object[]
  readonly order: readonly object[]
  readonly limit: number | null
  readonly offset: number
}

const comparisons = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte']
const patterns = ['like', 'ilike']
const words = ['null', 'not_null', 'true', 'false']
const MAX_ORDER = 3
const MAX_FILTERS = 50

/**
 * Reads the part of PostgREST's query language that pypgflow's clients use: conditions (eq, neq, gt, gte, lt, lte, like,
 * ilike, in, is, each with not.), also inside JSON, and select, order, limit, offset.
 * @throws RequestError (400) for the rest of it, and for columns that there are not
 * @example readQuery('entity_workflows', new URLSearchParams('status=eq.active&order=updated_at.desc&limit=10'))
 */
export function readQuery(relation: Relation, params: URLSearchParams): PypgflowQuery {
  const filters: object[] = []
  let [select, order]: [Chosen[] | null, object[]] = [null, []]
  let [limit, offset]: [number | null, number] = [null, 0]
  for (const [name, value] of params) {
    if (name === 'select') select = readSelect(relation, value)
    else if (name === 'order') order = readOrder(relation, value)
    else if (name === 'limit') limit = readWhole(name, value)
    else if (name === 'offset') offset = readWhole(name, value)
    else filters.push(readFilter(relation, name, value))
  }
  if (filters.length > MAX_FILTERS) throw refused(`There are more than ${MAX_FILTERS} conditions.`)
  return { select, filters, order, limit, offset }
}

/** Of a row what was chosen. */
export function choose(
  row: Record<string, unknown>,
  relation: Relation,
  select: PypgflowQuery['select'],
): Record<string, unknown> {
  const all = Object.keys(RELATIONS[relation]).map((name) => ({
    name,
    path: [name],
    asText: false,
  }))
  const entries = (select ?? all).map(({ name, path, asText }) => {
    const value = path.reduce(fieldOf, row)
    const text = typeof value === 'string' || value === null ? value : JSON.stringify(value)
    return [name, asText ? text : value]
  })
  return Object.fromEntries(entries)
}

/** What JSON has at a key, null if it has none: not what every object of JavaScript has. */
function fieldOf(at: unknown, key: string): unknown {
  if (typeof at !== 'object' || at === null) return null
  if (Array.isArray(at)) return /^-?\d{1,9}$/.test(key) ? (at.at(Number(key)) ?? null) : null
  return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : null
}

function readSelect(relation: Relation, given: string): Chosen[] | null {
  if (given === '' || given === '*') return null
  return given.split(',').flatMap((part) => {
    const all = Object.keys(RELATIONS[relation])
    if (part === '*') return all.map((name) => ({ name, path: [name], asText: false }))
    const [, alias, column] = /^(?:([\w -]+):(?!:))?(.*)$/.exec(part.trim()) as unknown as string[]
    const { path } = readPlace(relation, column as string)
    const name = alias ?? (path.at(-1) as string)
    return [{ name, path, asText: (column as string).includes('->>') }]
  })
}

function readOrder(relation: Relation, given: string): object[] {
  const parts = given === '' ? [] : given.split(',')
  if (parts.length > MAX_ORDER) throw refused(`order has more than ${MAX_ORDER} columns.`)
  return parts.map((part) => {
    const found = /^(.+?)(?:\.(asc|desc))?(?:\.(nullsfirst|nullslast))?$/.exec(part.trim())
    if (!found) throw refused(`order "${shorten(part)}" cannot be read. Write column.desc, say.`)
    const [, column, direction, nulls] = found
    const { path, kind } = readPlace(relation, column as string)
    const first = nulls === undefined ? null : nulls === 'nullsfirst'
    return { path, kind, desc: direction === 'desc', first }
  })
}

function readFilter(relation: Relation, column: string, given: string): object {
  const { path, kind } = readPlace(relation, column)
  const found = /^(not\.)?([a-z]+)\.(.*)$/s.exec(given)
  const [, not, op, value] = (found ?? []) as unknown as [string, string?, string?, string?]
  const filter = { path, kind: comparedAs(kind), op, not: not !== undefined }
  if (op !== undefined && value !== undefined) {
    if (comparisons.includes(op)) return { ...filter, value: checkValue(column, kind, value) }
    if (patterns.includes(op)) return { ...filter, value: value.replaceAll('*', '%') }
    if (op === 'is' && words.includes(value)) return { ...filter, value }
    if (op === 'in') {
      const values = readList(column, value).map((one) => checkValue(column, kind, one))
      return { ...filter, value: values }
    }
  }
  throw refused(
    `The condition ${shorten(column)}=${shorten(given)} cannot be read. There are ${[...comparisons, ...patterns].join(', ')}, in and is, such as status=eq.active.`,
  )
}

function readPlace(relation: Relation, given: string): Place {
  const columns: Record<string, ColumnKind> = RELATIONS[relation]
  const [column, ...rest] = given.split(/->>?/).map((part) => part.trim()) as [string, ...string[]]
  const kind = Object.hasOwn(columns, column) ? columns[column] : undefined
  if (kind === undefined)
    throw refused(
      `${relation} has no column "${shorten(column)}". There are ${Object.keys(columns).join(', ')}.`,
    )
  if (rest.length === 0) return { path: [column], kind }
  if (kind !== 'json' || rest.includes(''))
    throw refused(`"${shorten(given)}" is no place in JSON.`)
  return { path: [column, ...rest], kind: given.includes('->>') ? 'text' : 'json' }
}

/** What the comparison in SQL does: ids and flags are texts there. */
function comparedAs(kind: ColumnKind): string {
  return kind === 'uuid' || kind === 'flag' ? 'text' : kind
}

/** A value as SQL compares it. @throws RequestError for one that the column's type has not */
function checkValue(column: string, kind: ColumnKind, value: string): string {
  const wrong =
    (kind === 'uuid' && !isUuid(value)) ||
    (kind === 'number' && !/^-?\d{1,18}(\.\d{1,9})?$/.test(value)) ||
    (kind === 'flag' && !/^(true|false)$/.test(value)) ||
    (kind === 'time' && !isTime(value)) ||
    (kind === 'json' && !isJson(value)) ||
    value.includes('\0')
  if (wrong) throw refused(`"${shorten(value)}" is no value of ${shorten(column)}.`)
  return kind === 'uuid' ? value.toLowerCase() : value
}

function isTime(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d([T ]|$)/.test(value) && !Number.isNaN(Date.parse(value.replace(' ', '+')))
  )
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

/** `(a,b,"c,d")` */
function readList(column: string, given: string): string[] {
  if (!given.startsWith('(') || !given.endsWith(')'))
    throw refused(`The list of ${shorten(column)} is not in parentheses: (a,b).`)
  const parts = given.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"(?:,|$)|([^,]*)(?:,|$)/g)
  const values = [...parts]
    .slice(0, 1001)
    .map(([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? (plain as string))
  // the last match is the empty one behind the last value
  if (values.at(-1) === '' && !given.endsWith(',)')) values.pop()
  return values
}

function readWhole(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw refused(`${name} "${shorten(value)}" is not a whole number.`)
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

function refused(message: string): RequestError {
  return new RequestError(message)
}

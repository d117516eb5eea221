import { stringify } from 'yaml'
import type { Json } from '../../model/json.ts'
import { toSqlText } from '../document/sql-text.ts'
import { isMachine } from './document-version.ts'

type JsonObject = { [key: string]: Json }

/** How a document is written. */
export type DocumentFormat = 'json' | 'yaml' | 'sql'

/** What people look for first; the long lists come last. */
const documentKeys = ['$schema', 'name', 'version', 'description', 'trigger_type', 'trigger_config']
const nodeKeys = ['id', 'slug', 'type', 'description', 'depends_on']
const machineKeys = ['workflow', 'states', 'transitions']
/** Of a machine itself, its states, its transitions. */
const partKeys = ['name', 'from', 'to', 'version', 'table', 'initial', 'final', 'sla']
const actionLists = ['on_enter', 'on_leave', 'actions']
const actionKeys = ['start', 'signal', 'run_id', 'webhook']
const lastKeys = ['output', 'steps', 'config', 'branches']

/**
 * The text of a document, without loss: read again, by `validateGraph` and its like, it is the same. The database
 * does not keep the order of keys: they are put as one would write them.
 * @param format 'sql' is the statement that stores it elsewhere
 * @example exportDocument(stored.document, 'yaml')
 */
export function exportDocument(document: Json, format: DocumentFormat): string {
  const ordered = isMachine(document) ? arrangeMachine(document) : arrange(document, documentKeys)
  const json = JSON.stringify(ordered, null, 2)
  if (format === 'json') return `${json}\n`
  if (format === 'sql') return toSqlText(nameOf(document), json)
  // readers of older YAML take 'no' and the like for other things than texts
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const
  return stringify(ordered, options)
}

function nameOf(document: Json): string {
  const whole = document as JsonObject | null
  const { name } = (isMachine(document) ? document.workflow : whole) as { name?: Json }
  return String(name ?? '')
}

/** A machine with what people look for first in each of its parts. */
function arrangeMachine(document: JsonObject): Json {
  const parts = (value: Json): Json =>
    Array.isArray(value) ? value.map(arrangePart) : order(value, partKeys)
  const whole = order(document, ['$schema', ...machineKeys]) as JsonObject
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [
      key,
      machineKeys.includes(key) ? parts(value) : value,
    ]),
  )
}

/** A state or a transition, whose actions begin with what they are. */
function arrangePart(value: Json): Json {
  const part = order(value, partKeys)
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  return Object.fromEntries(
    Object.entries(part).map(([key, list]) => {
      const isActions = actionLists.includes(key) && Array.isArray(list)
      return [key, isActions ? list.map((one) => order(one, actionKeys)) : list]
    }),
  )
}

/** An object with these keys first; the others stay in their order. */
function order(value: Json, first: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const place = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length)
  const keys = Object.keys(value).sort((a, b) => place(a) - place(b))
  return Object.fromEntries(keys.map((key) => [key, value[key] as Json]))
}

/** An object with these keys first, and its nodes, of all levels, with theirs. */
function arrange(value: Json, first: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const place = (key: string) => {
    const at = first.indexOf(key)
    return at >= 0 ? at - first.length : lastKeys.indexOf(key) + 1
  }
  const keys = Object.keys(value).sort((a, b) => place(a) - place(b))
  return Object.fromEntries(keys.map((key) => [key, part(key, value[key] as Json)]))
}

function part(key: string, value: Json): Json {
  if (key === 'steps' && Array.isArray(value)) return value.map((node) => arrange(node, nodeKeys))
  if (key === 'config') return arrange(value, [])
  if (key === 'branches' && Array.isArray(value)) return value.map((nodes) => part('steps', nodes))
  if (key === 'branches' && typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, nodes]) => [name, part('steps', nodes)]),
    )
  return value
}

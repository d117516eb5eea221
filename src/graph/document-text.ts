import type { Json } from '../model/json.ts'

type JsonObject = { [key: string]: Json }

/** What people look for first; the long lists come last. */
const documentKeys = ['$schema', 'name', 'version', 'description', 'trigger_type', 'trigger_config']
const nodeKeys = ['id', 'type', 'description', 'depends_on']
const lastKeys = ['output', 'steps', 'config', 'branches']

/**
 * The text of a stored document, without loss: read again it is the same version. The database does not keep the
 * order of keys: they are put as one would write them.
 * @example await documentText(stored.document, 'yaml')
 */
export async function documentText(document: Json, format: 'json' | 'yaml'): Promise<string> {
  const ordered = arrange(document, documentKeys)
  if (format === 'json') return `${JSON.stringify(ordered, null, 2)}\n`
  // only here: most processes never write a document
  const { stringify } = await import('yaml')
  // readers of older YAML take 'no' and the like for other things than texts
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const
  return stringify(ordered, options)
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

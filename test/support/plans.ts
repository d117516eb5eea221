import type { TestDatabase } from './database.ts'

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  Plans?: Node[]
}

type Explained = { Plan: Node; 'Query Text': string }

/** What a statement read: `Seq Scan on live, 20000 rows`. */
export type Read = { readonly how: string; readonly table: string; readonly rows: number }

/** A connection on which every plan of every statement, also within functions, is recorded. */
export async function explainAll(
  db: TestDatabase,
): Promise<{ reads(text: string, values?: unknown[]): Promise<Read[]> }> {
  const client = await db.connect(true)
  const notices: string[] = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  await client.query(`load 'auto_explain'`)
  const settings = {
    log_min_duration: '0',
    log_analyze: 'on',
    log_timing: 'off',
    log_nested_statements: 'on',
    log_format: 'json',
    log_level: 'notice',
  }
  for (const [name, value] of Object.entries(settings))
    await client.query(`set auto_explain.${name} = ${value}`)
  return {
    async reads(text, values = []) {
      // the plan of the sixth call is the one that stays, where plans are cached
      notices.splice(0)
      await client.query(text, values)
      return notices.flatMap((notice) => {
        const start = notice.indexOf('{')
        if (start < 0) return []
        const { Plan, 'Query Text': text } = JSON.parse(notice.slice(start)) as Explained
        return readsOf(Plan).map((read) => ({ ...read, query: text.replace(/\s+/g, ' ') }))
      })
    },
  }
}

function readsOf(node: Node): Read[] {
  const table = node['Relation Name']?.replace(/_0$/, '')
  const rows =
    ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) *
    (node['Actual Loops'] ?? 0)
  const how = [node['Node Type'], node['Index Name']].filter(Boolean).join(' ')
  const own = table === undefined ? [] : [{ how, table, rows: Math.round(rows) }]
  return [...own, ...(node.Plans ?? []).flatMap(readsOf)]
}

import type { TestDatabase } from './database.ts'

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: Node[]
}

type Explained = { Plan: Node; 'Query Text': string }

/** What a statement read or wrote: `Seq Scan on live, 20000 rows`, and how many pages that took. */
export type Read = {
  readonly how: string
  readonly table: string
  readonly rows: number
  readonly pages: number
}

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
    log_buffers: 'on',
    log_timing: 'off',
    log_nested_statements: 'on',
    log_format: 'json',
    log_level: 'notice',
  }
  for (const [name, value] of Object.entries(settings))
    await client.query(`set auto_explain.${name} = ${value}`)
  return {
    async reads(text, values = []) {
      notices.splice(0)
      await client.query(text, values)
      return notices.flatMap((notice) => {
        const start = notice.indexOf('{')
        if (start < 0) return []
        const { Plan, 'Query Text': query } = JSON.parse(notice.slice(start)) as Explained
        return readsOf(Plan).map((read) => ({ ...read, query: query.replace(/\s+/g, ' ') }))
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
  const below = node.Plans ?? []
  const others = below.filter((child) => child['Node Type'] !== 'Bitmap Index Scan')
  const pages = pagesOf(node) - others.reduce((sum, child) => sum + pagesOf(child), 0)
  const own = table === undefined ? [] : [{ how, table, rows: Math.round(rows), pages }]
  return [...own, ...below.flatMap(readsOf)]
}

function pagesOf(node: Node): number {
  return (node['Shared Hit Blocks'] ?? 0) + (node['Shared Read Blocks'] ?? 0)
}

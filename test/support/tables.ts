/**
 * The cells of the tables below a heading of a text in Markdown, without the heads; what is in backquotes is taken
 * out of them, and `\|` is a bar.
 */
export function tablesOf(markdown: string, heading: string): string[][][] {
  const sections = markdown.split(/^(?=#+ )/m)
  const section = sections.find((one) => one.split('\n')[0]?.replace(/^#+ /, '') === heading)
  if (section === undefined) throw new Error(`There is no heading "${heading}".`)
  const tables = section.match(/(?:^\|.*\n)+/gm) ?? []
  return tables.map((table) => table.trim().split('\n').slice(2).map(cellsOf))
}

function cellsOf(row: string): string[] {
  const cells = row
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
  return cells.map((cell) => {
    const bare = cell.trim().replaceAll('\\|', '|')
    return /^(`+)( ?)([^`].*?)\2\1$/.exec(bare)?.[3] ?? bare
  })
}

import { PAINT, visibleLength } from './style.ts'

/** A column: its heading, and what it shows of a row. An empty column is left out. */
export type Column<Row> = {
  readonly heading: string
  readonly cell: (row: Row) => string
  readonly align?: 'right'
}

const GAP = '  '

/**
 * Rows as aligned columns, without lines. The last column is cut where the terminal ends; columns
 * that are empty in every row are left out.
 * @param width columns of the terminal; Infinity for a pipe, where nothing is cut
 * @example table([{ heading: 'ID', cell: (run) => run.id }], runs, 80)
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): string {
  const cells = columns.map(({ cell }) => rows.map(cell))
  const shown = columns.map((column, i) => ({ ...column, cells: cells[i] as string[] }))
  const filled = shown.filter((column) => column.cells.some((text) => text !== ''))
  const widths = filled.map(({ heading, cells }) =>
    Math.max(...[heading, ...cells].map(visibleLength)),
  )
  const line = (texts: readonly string[]) => {
    const padded = texts.map((text, i) => pad(text, widths[i] as number, filled[i]?.align))
    return cut(padded.join(GAP).trimEnd(), width)
  }
  const body = rows.map((_, row) => line(filled.map((column) => column.cells[row] as string)))
  return [line(filled.map(({ heading }) => heading)), ...body].join('\n')
}

/** Names and values, aligned, two columns in; those without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string | null])[]): string {
  const known = pairs.filter(([, value]) => value !== null && value !== '')
  const width = Math.max(...known.map(([name]) => name.length))
  const indent = ' '.repeat(width + 4)
  return known
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value?.replaceAll('\n', `\n${indent}`)}`)
    .join('\n')
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  const space = ' '.repeat(Math.max(width - visibleLength(text), 0))
  return align === 'right' ? space + text : text + space
}

/** Cuts a painted text without cutting into its escapes; all of them stay, so that paint ends. */
function cut(text: string, width: number): string {
  if (visibleLength(text) <= width) return text
  let room = width - 1
  const plain = text.split(PAINT)
  const escapes = text.match(PAINT) ?? []
  const kept = plain.map((part, i) => {
    const letters = [...part].slice(0, room)
    room -= letters.length
    return letters.join('') + (escapes[i] ?? '')
  })
  return `${kept.join('')}…`
}

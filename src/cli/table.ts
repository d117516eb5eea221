import { PAINT, visibleLength } from './style.ts'
import { wrap } from './wrap.ts'

/** A column: its heading, and what it shows of a row. An empty column is left out. */
export type Column<Row> = {
  readonly heading: string
  readonly cell: (row: Row) => string
  readonly align?: 'right'
  /** Left out where the terminal is narrow; of several that with the highest number first. */
  readonly spare?: number
  /**
   * Only of the last column, a text: cut where the terminal ends; where too little of it would be
   * left, on lines of its own under its row.
   */
  readonly text?: true
}

type Filled = {
  readonly heading: string
  readonly cells: readonly string[]
  readonly align: 'right' | undefined
  readonly spare: number
  readonly text: boolean
  readonly width: number
}

const GAP = '  '
const INDENT = 4
/** Columns that a text must have beside the others. */
const LEAST = 32
/** About so many lines a text has under its row: it may be as long as a payload. */
const LINES = 3

/**
 * Rows as aligned columns, without lines. Where the terminal is narrow, columns that can be spared
 * are left out, and then the rest is cut; columns that are empty in every row are left out always.
 * @param width columns of the terminal; Infinity for a pipe, where nothing is cut
 * @param under lines that stand under a row
 * @example table([{ heading: 'ID', cell: (run) => run.id }], runs, 80)
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  under: (row: Row) => readonly string[] = () => [],
): string {
  const filled = columns
    .map((column) => fill(column, rows))
    .filter(({ cells }) => cells.some((text) => text !== ''))
  const fitting = choose(filled, width)
  const last = filled.at(-1)
  const hidden = last?.text && widthOf(fitting) - last.width + least(last) > width
  const [head, ...body] = lines(hidden ? choose(filled.slice(0, -1), width) : fitting, width)
  const all = body.flatMap((line, i) => {
    const text = hidden ? (last.cells[i] as string) : ''
    return [line, ...below(text, width), ...under(rows[i] as Row)]
  })
  return [head, ...all].join('\n')
}

function below(text: string, width: number): string[] {
  const part = cut(text, LINES * (width - INDENT))
  return text === '' ? [] : [wrap(' '.repeat(INDENT) + part, width, INDENT)]
}

/** A name, its value, and whether that is a sentence, which may be broken between its words. */
export type Fact = readonly [name: string, value: string | null, kind?: 'sentence']

/** Names and values, aligned, two columns in; those without a value are left out. */
export function facts(pairs: readonly Fact[], width = Number.POSITIVE_INFINITY): string {
  const known = pairs.filter(([, value]) => value !== null && value !== '')
  const indent = Math.max(...known.map(([name]) => name.length)) + 4
  return known
    .map(([name, value, kind]) => {
      const text = `  ${name.padEnd(indent - 2)}${value}`
      return wrap(text, kind === 'sentence' ? width : Number.POSITIVE_INFINITY, indent)
    })
    .join('\n')
}

function fill<Row>(column: Column<Row>, rows: readonly Row[]): Filled {
  const { heading, cell, align, spare = 0, text = false } = column
  const cells = rows.map(cell)
  const width = Math.max(...[heading, ...cells].map(visibleLength))
  return { heading, cells, align, spare, text, width }
}

/** How narrow a column can be. */
function least({ text, width }: Filled): number {
  return text ? Math.min(width, LEAST) : width
}

/** The columns that there is room for. */
function choose(columns: readonly Filled[], width: number): readonly Filled[] {
  const last = columns.at(-1)
  const spare = Math.max(...columns.map((column) => column.spare))
  const needed = last === undefined ? 0 : widthOf(columns) - last.width + least(last)
  if (needed <= width || spare <= 0) return columns
  return choose(
    columns.filter((column) => column.spare !== spare),
    width,
  )
}

function widthOf(columns: readonly Filled[]): number {
  return columns.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length)
}

/** The head, and a line for each row. */
function lines(columns: readonly Filled[], width: number): string[] {
  const line = (texts: readonly string[]) => {
    const padded = columns.map((column, i) => pad(texts[i] as string, column.width, column.align))
    return cut(padded.join(GAP).trimEnd(), width)
  }
  const head = line(columns.map(({ heading }) => heading))
  const rows = columns[0]?.cells ?? []
  return [head, ...rows.map((_, row) => line(columns.map(({ cells }) => cells[row] as string)))]
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

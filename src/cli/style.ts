import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Puts a text into a colour or style where the stream shows them, and leaves it as it is else. */
export type Paint = (format: Format, text: string) => string

/** The paint for one stream; NO_COLOR, FORCE_COLOR and TERM are respected. */
export function painter(stream: NodeJS.WriteStream): Paint {
  const force = process.env.FORCE_COLOR
  const forced = force !== undefined && force !== '0' && force !== 'false'
  const coloured = forced || (stream.isTTY === true && stream.hasColors())
  return coloured ? (format, text) => styleText(format, text) : (_, text) => text
}

/** Columns of a terminal, as it is now; Infinity where it is none. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  // a terminal that does not know its size says 0
  return (stream.isTTY && stream.columns) || Number.POSITIVE_INFINITY
}

/** The escape sequences of colours and styles. */
export const PAINT = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
/** What a terminal would obey: C0 and C1 controls, but for line breaks and tabs. */
const controls = /(?![\n\t])\p{Cc}/gu

/** How many columns a painted text takes. */
export function visibleLength(text: string): number {
  return [...text.replace(PAINT, '')].length
}

/** A text of somebody else's, without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(controls, '')
}

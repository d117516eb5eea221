/** Pixels from the middle of a line of text to that of the next. */
export const LINE = 16

/** Widths in parts of the font's size, for the widest of the usual fonts: elsewhere there is a little room. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijlI.,:;|!'`]/, 0.34],
  [/[frt\-()[\]{}" ]/, 0.42],
  [/[MWmw@%]/, 1],
  [/[A-Z&#<>=+~]/, 0.76],
  [/_/, 0.5],
  [/[ -~\u00a0-\u024f]/, 0.64],
]
/** Of scripts that have square signs. */
const SQUARE = 1.05

/**
 * How wide a text is at most, in pixels.
 * @param size of its font
 * @example textWidth('pending', 13, true)
 */
export function textWidth(text: string, size: number, isBold: boolean): number {
  let sum = 0
  for (const sign of text) sum += widths.find(([like]) => like.test(sign))?.[1] ?? SQUARE
  return sum * size * (isBold ? 1.13 : 1)
}

/**
 * A text on lines of at most so many characters, broken behind what joins words; a longer word is broken, too.
 * @example wrapText('transition_to_review', 14) // ['transition_to_', 'review']
 */
export function wrapText(text: string, most: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(/[^\s_.:-]*[\s_.:-]*/g) ?? []) {
    const signs = [...word]
    if (line !== '' && [...line].length + signs.length > most + 1) {
      lines.push(line.trimEnd())
      line = ''
    }
    while (signs.length > most) lines.push(signs.splice(0, most).join(''))
    line += signs.join('')
  }
  return line === '' ? lines : [...lines, line.trimEnd()]
}

import { visibleLength } from './style.ts'

/**
 * A painted text in lines of at most `width` columns, broken between words; all but the first begin
 * with `indent` spaces. A word that is longer than a line is left whole, so that it can be copied.
 * @example wrap('12:00:00  it failed again', 20, 10) // '12:00:00  it failed\n          again'
 */
export function wrap(text: string, width: number, indent: number): string {
  const hang = ' '.repeat(indent)
  const [first = '', ...rest] = text.split('\n')
  return [first, ...rest.map((line) => hang + line)]
    .map((line) => fold(line, width, hang))
    .join('\n')
}

/** The same without hanging lines; what begins with a space (a command) is left as it is. */
export function wrapSentences(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line : wrap(line, width, 0)))
    .join('\n')
}

function fold(line: string, width: number, hang: string): string {
  if (visibleLength(line) <= width) return line
  const lines: string[] = []
  let current = ''
  // each part is a word with the spaces before it
  for (const part of line.split(/(?<=\S)(?= )/)) {
    const full = current !== '' && visibleLength(current + part) > width
    if (full) lines.push(current)
    current = full ? hang + part.trimStart() : current + part
  }
  return [...lines, current].join('\n')
}

import { ExpressionError, Problem } from './expression-error.ts'
import { Parser } from './parser.ts'
import type { Node } from './syntax.ts'
import { stripEnd, stripStart } from './text.ts'

/** An expression that has been read. */
export type Expression = {
  /** The text it stands in. Offsets of errors and references count from its beginning. */
  readonly text: string
  readonly root: Node
}

/** A text with expressions in `{{ }}` that has been read. */
export type Template = {
  readonly text: string
  /** What is printed as it is, and what is evaluated, in turn. Nothing empty is among them. */
  readonly parts: readonly (string | Expression)[]
}

/**
 * Reads an expression, without braces around it.
 * @throws ExpressionError
 * @example evaluateExpression(parseExpression('amount > 1000'), { amount: 7 }) // false
 */
export function parseExpression(text: string): Expression {
  return { text, root: new Parser(text, 0, false).read().root }
}

/** Whether a text has anything in it that is not printed as it is. */
export function hasTags(text: string): boolean {
  return /\{[{%#]/.test(text)
}

/**
 * Reads a text with expressions in `{{ }}`, by Jinja's rules: `{{-` and `-}}` take the white space before and
 * behind them away, `{# #}` is a comment, line ends become `\n`, and one at the end is left out. A text with
 * neither expression nor comment stays as it is.
 * @throws ExpressionError also for `{% %}`: there are no statements
 * @example parseTemplate('Order {{ trigger.data.id }} is paid')
 */
export function parseTemplate(text: string): Template {
  if (!hasTags(text)) return { text, parts: text === '' ? [] : [text] }
  const parts: (string | Expression)[] = []
  let at = 0
  let isTrimmed = false
  while (at < text.length) {
    const tag = nextTag(text, at)
    const end = tag?.start ?? text.length
    parts.push(plain(text.slice(at, end), isTrimmed, tag?.sign === '-', tag === null))
    if (tag === null) break
    const found = tag.kind === '#' ? readComment(text, tag) : readBraces(text, tag)
    if (found.expression !== null) parts.push(found.expression)
    at = found.end
    isTrimmed = found.isTrimmed
  }
  return { text, parts: parts.filter((part) => part !== '') }
}

type Tag = { readonly start: number; readonly kind: string; readonly sign: string }
type Found = {
  readonly expression: Expression | null
  readonly end: number
  readonly isTrimmed: boolean
}

function nextTag(text: string, from: number): Tag | null {
  const form = /\{([{%#])([-+]?)/g
  form.lastIndex = from
  const match = form.exec(text)
  if (match === null) return null
  const [, kind = '', sign = ''] = match
  return { start: match.index, kind, sign }
}

function readBraces(text: string, { start, kind, sign }: Tag): Found {
  if (kind === '%') {
    const remedy =
      'Use the nodes of the graph for conditions and loops; write {{ "{%" }} for the signs.'
    throw new ExpressionError(
      `There are no statements in expressions: {% has no meaning. ${remedy}`,
      start,
    )
  }
  const { root, end } = new Parser(text, start + 2 + sign.length, true).read()
  const isTrimmed = text[end] === '-'
  const close = end + (isTrimmed ? 1 : 0)
  if (text.slice(close, close + 2) !== '}}')
    throw new ExpressionError('The expression that begins there has no }} at its end.', start)
  return { expression: { text, root }, end: close + 2, isTrimmed }
}

function readComment(text: string, { start, sign }: Tag): Found {
  const end = text.indexOf('#}', start + 2 + sign.length)
  if (end === -1)
    throw new ExpressionError('The comment that begins there has no #} at its end.', start)
  return { expression: null, end: end + 2, isTrimmed: text[end - 1] === '-' }
}

function plain(text: string, fromStart: boolean, fromEnd: boolean, isLast: boolean): string {
  let kept = text.replace(/\r\n?/g, '\n')
  if (isLast && kept.endsWith('\n')) kept = kept.slice(0, -1)
  if (fromStart) kept = stripStart(kept)
  return fromEnd ? stripEnd(kept) : kept
}

/** What is wrong outside of any expression, as an error of the text. */
export function atText<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Problem) throw new ExpressionError(error.message, 0)
    throw error
  }
}

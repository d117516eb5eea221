import { MAX_EXPRESSION, MAX_EXPRESSION_NUMBER_BITS } from '../../model/limits.ts'
import { cut, ExpressionError } from './expression-error.ts'
import { readString } from './string-literal.ts'

/** A word of an expression. `value` is what it means: the text of a string, the number of a number. */
export type Token = {
  readonly kind: 'name' | 'number' | 'string' | 'operator' | 'end'
  readonly value: string | bigint | number
  readonly start: number
  readonly end: number
}

const space = /\s+/y
const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y
const integer =
  /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y
const name = /[\p{XID_Start}_]\p{XID_Continue}*/uy
const string = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y
const operator = /\*\*|\/\/|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,]/y
const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/**
 * The words of an expression.
 * @param from where it begins in the text
 * @param isInBraces whether it ends at `}}`; the token `end` then begins there, or at its `-`
 * @throws ExpressionError
 */
export function readTokens(text: string, from: number, isInBraces: boolean): Token[] {
  const tokens: Token[] = []
  const open: string[] = []
  for (let at = from; ; ) {
    at += matchAt(space, text, at)?.length ?? 0
    if (at - from > MAX_EXPRESSION) {
      const remedy = 'Do it in a step, or in several nodes.'
      throw new ExpressionError(
        `The expression is longer than ${MAX_EXPRESSION} characters (limit "length"). ${remedy}`,
        from,
      )
    }
    const isEnd =
      at >= text.length ||
      (isInBraces && open.length === 0 && /^-?\}\}/.test(text.slice(at, at + 3)))
    if (isEnd) {
      tokens.push({ kind: 'end', value: '', start: at, end: at })
      return tokens
    }
    const token = readToken(text, at, tokens.at(-1))
    if (token.kind === 'operator') balance(open, token)
    tokens.push(token)
    at = token.end
  }
}

function readToken(text: string, at: number, before: Token | undefined): Token {
  const token = (kind: Token['kind'], found: string, value: Token['value']): Token => {
    return { kind, value, start: at, end: at + found.length }
  }
  // after a dot it is an index: x.1.5 is x[1][5]
  const decimal = before?.value === '.' && before.end === at ? null : matchAt(float, text, at)
  if (decimal !== null) return token('number', decimal, toFloat(decimal, at))
  const whole = matchAt(integer, text, at)
  if (whole !== null) return token('number', whole, toInteger(whole, at))
  const word = matchAt(name, text, at)
  if (word !== null) return token('name', word, word)
  const quoted = matchAt(string, text, at)
  if (quoted !== null) return token('string', quoted, readString(quoted, at))
  const sign = matchAt(operator, text, at)
  if (sign !== null) return token('operator', sign, sign)
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  const quote = character === '"' || character === "'"
  const what = quote
    ? `The text that begins with ${character} has no end`
    : `${character} has no meaning`
  throw new ExpressionError(`${what} in the expression.`, at)
}

function balance(open: string[], { value, start }: Token): void {
  const sign = value as string
  const close = closing[sign]
  if (close !== undefined) {
    open.push(close)
    return
  }
  if (!/[)\]}]/.test(sign)) return
  const expected = open.pop()
  if (expected === sign) return
  const instead = expected === undefined ? 'nothing is open there' : `"${expected}" is expected`
  throw new ExpressionError(`"${sign}" closes nothing: ${instead}.`, start)
}

function toFloat(found: string, at: number): number {
  const value = Number(found.replaceAll('_', ''))
  if (Number.isFinite(value)) return value
  throw new ExpressionError(`The number ${cut(found, 30)} is too large.`, at)
}

function toInteger(found: string, at: number): bigint {
  const digits = found.replaceAll('_', '')
  // four bits a digit are never too few
  if (digits.length > MAX_EXPRESSION_NUMBER_BITS / 4) {
    throw new ExpressionError(
      `The number ${cut(found, 30)} has too many digits (limit "number").`,
      at,
    )
  }
  return BigInt(digits)
}

function matchAt(form: RegExp, text: string, at: number): string | null {
  form.lastIndex = at
  return form.exec(text)?.[0] ?? null
}

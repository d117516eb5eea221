import { MAX_EXPRESSION_DEPTH } from '../../model/limits.ts'
import { nearest } from '../../model/nearest.ts'
import { checkArguments } from './arguments.ts'
import { cut, ExpressionError } from './expression-error.ts'
import { filters } from './filters/index.ts'
import { readTokens, type Token } from './lexer.ts'

import {
  type Arguments,
  type BinaryOperator,
  type Comparison,
  childrenOf,
  type Node,
} from './syntax.ts'
import { tests } from './tests.ts'

/** How strongly what stands between two values binds them. Jinja's order, in which `~` is above `+`. */
export const strength: Readonly<Record<string, number>> = {
  if: 1,
  or: 2,
  and: 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  in: 5,
  not: 5,
  '+': 6,
  '-': 6,
  '~': 7,
  '*': 8,
  '/': 8,
  '//': 8,
  '%': 8,
  '**': 9,
}
const comparing = 5
const negating = 4
const reserved = new Set(['if', 'else', 'and', 'or', 'not', 'in', 'is'])
const constants = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])
/** What people write as in Python, and how it is written here. */
const instead: Record<string, string> = {
  upper: '| upper',
  lower: '| lower',
  title: '| title',
  capitalize: '| capitalize',
  strip: '| trim',
  replace: '| replace(old, new)',
  join: '| join(separator)',
  items: '| items',
  keys: '| list',
  values: '| items | map(attribute=1)',
  get: '["key"] | default(value)',
  format: '| format(values)',
  startswith: '[:n] == "..."',
  endswith: '[-n:] == "..."',
}

/** Reads one expression out of a text, by the strength of its operators (Pratt). */
export class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  /** As readTokens. @throws ExpressionError */
  constructor(text: string, from: number, isInBraces: boolean) {
    this.#text = text
    this.#tokens = readTokens(text, from, isInBraces)
  }

  /** The whole of it, and where it ends. @throws ExpressionError */
  read(): { root: Node; end: number } {
    if (this.#tokens.length === 1) this.#fail('There is no expression')
    const first = this.#expression()
    const root = this.#is(',') ? this.#tuple(first, first.start) : first
    const { kind, start } = this.#token
    if (kind !== 'end') this.#fail(`${this.#shown()} is not expected there`)
    return { root, end: start }
  }

  #expression(above = 0): Node {
    this.#enter()
    let left = this.#prefix(above)
    for (let found = this.#infix(above); found !== null; found = this.#infix(above))
      left = this.#apply(left, found)
    this.#depth--
    return left
  }

  /** The operator that comes next, if it binds more strongly than what is to its left. */
  #infix(above: number): string | null {
    const { kind, value } = this.#token
    if (kind !== 'operator' && !(kind === 'name' && reserved.has(value as string))) return null
    if (value === 'not' && this.#tokens[this.#next + 1]?.value !== 'in') return null
    const found = strength[value as string]
    return found !== undefined && found > above ? (value as string) : null
  }

  #apply(left: Node, operator: string): Node {
    const power = strength[operator] as number
    if (power === comparing) return this.#comparison(left)
    this.#next++
    if (operator === 'if') return this.#conditional(left)
    if (operator === '~') return this.#concatenation(left, power)
    const right = this.#expression(power)
    return this.#node({
      kind: 'binary',
      operator: operator as BinaryOperator,
      left,
      right,
      ...this.#from(left.start),
    })
  }

  #comparison(first: Node): Node {
    const rest: [Comparison, Node][] = []
    while (
      this.#infix(comparing - 1) !== null &&
      strength[this.#token.value as string] === comparing
    ) {
      const word = this.#take().value as string
      if (word === 'not') this.#next++
      rest.push([(word === 'not' ? 'not in' : word) as Comparison, this.#expression(comparing)])
    }
    return this.#node({ kind: 'compare', first, rest, ...this.#from(first.start) })
  }

  #conditional(then: Node): Node {
    const power = strength.if as number
    const test = this.#expression(power)
    const hasElse = this.#token.kind === 'name' && this.#takeIf('else')
    const otherwise = hasElse ? this.#expression() : null
    return this.#node({ kind: 'conditional', test, then, otherwise, ...this.#from(then.start) })
  }

  #concatenation(first: Node, power: number): Node {
    const items = [first, this.#expression(power)]
    while (this.#takeIf('~')) items.push(this.#expression(power))
    return this.#node({ kind: 'concat', items, ...this.#from(first.start) })
  }

  #prefix(above: number): Node {
    const { kind, value, start } = this.#token
    if (kind === 'name' && value === 'not' && above <= negating) {
      this.#next++
      const operand = this.#expression(negating)
      return this.#node({ kind: 'unary', operator: 'not', operand, ...this.#from(start) })
    }
    return this.#filtered(this.#signed())
  }

  /** Signs bind more strongly than filters: -1 | abs is 1. */
  #signed(): Node {
    const { kind, value, start } = this.#token
    if (kind !== 'operator' || (value !== '-' && value !== '+')) return this.#postfixed()
    this.#next++
    this.#enter()
    const operand = this.#signed()
    this.#depth--
    return this.#node({ kind: 'unary', operator: value, operand, ...this.#from(start) })
  }

  #filtered(of: Node): Node {
    let node = of
    for (;;) {
      if (this.#takeIf('|')) node = this.#filter(node)
      else if (this.#token.kind === 'name' && this.#takeIf('is')) node = this.#test(node)
      else return node
    }
  }

  #filter(base: Node): Node {
    const { value, start } = this.#takeName('the name of a filter')
    const name = value as string
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined
    if (filter === undefined) this.#refuseName('filter', name, Object.keys(filters), start)
    const given = this.#is('(') ? this.#arguments() : { args: [], named: [] }
    const place = this.#from(base.start)
    checkArguments(`filter "${name}"`, filter.parameters, given, start)
    return this.#node({ kind: 'filter', base, name, ...given, ...place })
  }

  #test(base: Node): Node {
    const isNegated = this.#token.kind === 'name' && this.#takeIf('not')
    const { value, start } = this.#takeName('the name of a test')
    const name = value as string
    const test = Object.hasOwn(tests, name) ? tests[name] : undefined
    if (test === undefined) this.#refuseName('test', name, Object.keys(tests), start)
    const given = this.#is('(') ? this.#arguments() : this.#argument()
    checkArguments(`test "${name}"`, test.parameters, given, start)
    const node = this.#node({ kind: 'test', base, name, ...given, ...this.#from(base.start) })
    if (!isNegated) return node
    return this.#node({ kind: 'unary', operator: 'not', operand: node, ...this.#from(base.start) })
  }

  /** The one argument that a test may have without parentheses: `x is divisibleby 3`. */
  #argument(): Arguments {
    const { kind, value } = this.#token
    if (kind === 'name' && value === 'is') this.#fail('A test cannot follow a test')
    const isOne =
      kind === 'operator'
        ? value === '[' || value === '{'
        : kind !== 'end' && !(kind === 'name' && reserved.has(value as string))
    return { args: isOne ? [this.#postfixed()] : [], named: [] }
  }

  #arguments(): Arguments {
    this.#expect('(')
    const args: Node[] = []
    const named: [string, Node][] = []
    while (!this.#is(')')) {
      if (args.length + named.length > 0) this.#expect(',')
      if (this.#is(')')) break
      if (this.#is('*') || this.#is('**'))
        this.#fail('Arguments cannot be spread: write them one by one')
      const isNamed = this.#token.kind === 'name' && this.#tokens[this.#next + 1]?.value === '='
      if (isNamed) {
        const name = this.#take().value as string
        this.#next++
        named.push([name, this.#expression()])
      } else {
        if (named.length > 0) this.#fail('An argument without a name cannot follow one with a name')
        args.push(this.#expression())
      }
    }
    this.#expect(')')
    return { args, named }
  }

  #postfixed(): Node {
    let node = this.#primary()
    for (;;) {
      if (this.#takeIf('.')) node = this.#attribute(node)
      else if (this.#takeIf('[')) node = this.#subscript(node)
      else if (this.#is('(')) this.#refuseCall(node)
      else return node
    }
  }

  #attribute(base: Node): Node {
    const { kind, value, start, end } = this.#take()
    const place = { ...this.#from(base.start), height: 0 }
    if (kind === 'name')
      return this.#node({ kind: 'attribute', base, name: value as string, ...place })
    if (typeof value !== 'bigint') this.#fail('A name or an index is expected after the dot', start)
    const key: Node = { kind: 'literal', value, start, end, height: 1 }
    return this.#node({ kind: 'item', base, key, ...place })
  }

  #subscript(base: Node): Node {
    if (this.#is(']')) this.#fail('An index or a key is expected between the brackets')
    const first = this.#is(':') ? null : this.#expression()
    if (!this.#is(':')) {
      this.#expect(']')
      return this.#node({ kind: 'item', base, key: first as Node, ...this.#from(base.start) })
    }
    const bounds = [first]
    while (bounds.length < 3 && this.#takeIf(':'))
      bounds.push(this.#is(':') || this.#is(']') ? null : this.#expression())
    this.#expect(']')
    return this.#node({ kind: 'slice', base, bounds, ...this.#from(base.start) })
  }

  #primary(): Node {
    const { kind, value, start } = this.#token
    if (kind === 'name') return this.#named()
    if (kind === 'string') return this.#string()
    this.#next++
    if (kind === 'number') return this.#node({ kind: 'literal', value, ...this.#from(start) })
    if (value === '(') return this.#parenthesised(start)
    if (value === '[') {
      const items = this.#items(']')
      return this.#node({ kind: 'list', items, ...this.#from(start) })
    }
    if (value === '{') return this.#dict(start)
    this.#next--
    return this.#fail(`A value is expected instead of ${this.#shown()}`)
  }

  #named(): Node {
    const { value, start } = this.#take()
    const name = value as string
    const constant = constants.get(name)
    if (constant !== undefined)
      return this.#node({ kind: 'literal', value: constant, ...this.#from(start) })
    if (reserved.has(name)) this.#fail(`A value is expected instead of "${name}"`, start)
    return this.#node({ kind: 'name', name, ...this.#from(start) })
  }

  /** Strings that follow each other are one. */
  #string(): Node {
    const { start } = this.#token
    let value = ''
    while (this.#token.kind === 'string') value += this.#take().value
    return this.#node({ kind: 'literal', value, ...this.#from(start) })
  }

  #parenthesised(start: number): Node {
    if (this.#takeIf(')')) return this.#node({ kind: 'tuple', items: [], ...this.#from(start) })
    const first = this.#expression()
    const node = this.#is(',') ? this.#tuple(first, start) : first
    this.#expect(')')
    return { ...node, ...this.#from(start), height: node.height }
  }

  #tuple(first: Node, start: number): Node {
    const items = [first]
    while (this.#takeIf(',')) {
      if (this.#is(')') || this.#token.kind === 'end') break
      items.push(this.#expression())
    }
    return this.#node({ kind: 'tuple', items, ...this.#from(start) })
  }

  #items(close: string): Node[] {
    const items: Node[] = []
    while (!this.#is(close)) {
      if (items.length > 0) this.#expect(',')
      if (this.#is(close)) break
      items.push(this.#expression())
    }
    this.#expect(close)
    return items
  }

  #dict(start: number): Node {
    const pairs: [Node, Node][] = []
    while (!this.#is('}')) {
      if (pairs.length > 0) this.#expect(',')
      if (this.#is('}')) break
      const key = this.#expression()
      this.#expect(':')
      pairs.push([key, this.#expression()])
    }
    this.#expect('}')
    return this.#node({ kind: 'dict', pairs, ...this.#from(start) })
  }

  // ── words

  get #token(): Token {
    return this.#tokens[this.#next] as Token
  }

  #take(): Token {
    const token = this.#token
    if (token.kind !== 'end') this.#next++
    return token
  }

  #is(word: string): boolean {
    const { kind, value } = this.#token
    return value === word && kind === 'operator'
  }

  #takeIf(word: string): boolean {
    const { kind, value } = this.#token
    if (value !== word || (kind !== 'operator' && kind !== 'name')) return false
    this.#next++
    return true
  }

  #takeName(what: string): Token {
    if (this.#token.kind !== 'name') this.#fail(`${this.#shown()} stands where ${what} is expected`)
    return this.#take()
  }

  #expect(sign: string): void {
    if (!this.#is(sign)) this.#fail(`"${sign}" is expected instead of ${this.#shown()}`)
    this.#next++
  }

  #shown(): string {
    const { kind, start, end } = this.#token
    return kind === 'end' ? 'the end' : `"${cut(this.#text.slice(start, end), 40)}"`
  }

  // ── places and errors

  #from(start: number) {
    return { start, end: this.#tokens[this.#next - 1]?.end ?? start, height: 0 }
  }

  #node(node: Node): Node {
    const height = 1 + childrenOf(node).reduce((most, child) => Math.max(most, child.height), 0)
    if (height > MAX_EXPRESSION_DEPTH) this.#refuseDepth()
    return { ...node, height }
  }

  #enter(): void {
    if (++this.#depth > MAX_EXPRESSION_DEPTH) this.#refuseDepth()
  }

  #refuseDepth(): never {
    this.#fail(`The expression has more than ${MAX_EXPRESSION_DEPTH} levels (limit "depth")`)
  }

  #refuseName(what: string, name: string, known: readonly string[], at: number): never {
    const shown = cut(name, 40)
    const [near] = nearest(shown, known)
    const all = `There are: ${[...known].sort().join(', ')}.`
    const hint = near === undefined ? all : `Did you mean "${near}"?`
    throw new ExpressionError(`There is no ${what} "${shown}". ${hint}`, at)
  }

  #refuseCall(node: Node): never {
    const name = node.kind === 'attribute' ? node.name : ''
    const remedy = Object.hasOwn(instead, name)
      ? `write "${instead[name]}"`
      : 'use a filter, as in "x | upper"'
    return this.#fail(`Nothing can be called in an expression: ${remedy}`)
  }

  #fail(message: string, at = this.#token.start): never {
    throw new ExpressionError(`${message}.`, at)
  }
}

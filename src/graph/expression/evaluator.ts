import { attribute, item, listNames, slice } from './access.ts'
import { bindArguments } from './arguments.ts'
import { cut, ExpressionError, Problem } from './expression-error.ts'
import type { Call } from './filter.ts'
import { filters } from './filters/index.ts'
import type { Meter } from './meter.ts'
import { applySign, calculate, compare } from './operators.ts'
import type { Arguments, Node } from './syntax.ts'
import { tests } from './tests.ts'
import { joinTexts, textOf } from './text.ts'
import { Dict, defined, isTruthy, kindOf, List, Tuple, Undefined, type Value } from './value.ts'

/** Finds the value of an expression. What is not there is an error only where it is used, as in Jinja. */
export class Evaluator {
  readonly #text: string
  readonly #scope: Dict
  readonly #meter: Meter
  /** Filters that apply filters. */
  #nesting = 0

  /** @param text that the expression was read from, for errors */
  constructor(text: string, scope: Dict, meter: Meter) {
    this.#text = text
    this.#scope = scope
    this.#meter = meter
  }

  /** @throws ExpressionError */
  evaluate(node: Node): Value {
    return this.at(node, () => {
      this.#meter.spend(1)
      return this.#valueOf(node)
    })
  }

  /** What goes wrong in it becomes an error at that part of the text. @throws ExpressionError */
  at<T>({ start }: Node, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new ExpressionError(error.message, error.offset ?? start, error.path)
    }
  }

  #valueOf(node: Node): Value {
    switch (node.kind) {
      case 'literal':
        return node.value
      case 'name':
        return this.#named(node)
      case 'list':
        return List.of(this.#all(node.items))
      case 'tuple':
        return new Tuple(this.#all(node.items))
      case 'dict':
        return this.#dict(node.pairs)
      case 'concat': {
        const texts = this.#all(node.items).map((part) => textOf(part, this.#meter))
        return joinTexts(texts, '', this.#meter)
      }
      case 'attribute':
        return attribute(this.evaluate(node.base), node.name, () => this.#paths(node, node.base))
      case 'item':
        return this.#item(node, node.base, node.key)
      case 'slice': {
        const base = this.evaluate(node.base)
        const bounds = node.bounds.map((bound) => (bound === null ? null : this.evaluate(bound)))
        return slice(base, bounds, this.#meter)
      }
      default:
        return this.#resultOf(node)
    }
  }

  #resultOf(node: Node): Value {
    switch (node.kind) {
      case 'unary': {
        const operand = this.evaluate(node.operand)
        return node.operator === 'not' ? !isTruthy(operand) : applySign(node.operator, operand)
      }
      case 'binary': {
        const left = this.evaluate(node.left)
        if (node.operator === 'and') return isTruthy(left) ? this.evaluate(node.right) : left
        if (node.operator === 'or') return isTruthy(left) ? left : this.evaluate(node.right)
        return calculate(node.operator, left, this.evaluate(node.right), this.#meter)
      }
      case 'compare': {
        let left = this.evaluate(node.first)
        return node.rest.every(([comparison, operand]) => {
          const right = this.evaluate(operand)
          const holds = compare(comparison, left, right, this.#meter)
          left = right
          return holds
        })
      }
      case 'conditional':
        if (isTruthy(this.evaluate(node.test))) return this.evaluate(node.then)
        return node.otherwise === null ? this.#noElse(node) : this.evaluate(node.otherwise)
      case 'filter':
      case 'test':
        return this.#applied(node)
      default:
        throw new Problem(`There is no meaning for ${node.kind}.`)
    }
  }

  #all(nodes: readonly Node[]): Value[] {
    return nodes.map((node) => this.evaluate(node))
  }

  #named({ name, start }: Extract<Node, { kind: 'name' }>): Value {
    const found = this.#scope.get(name)
    if (found !== undefined) return found
    const explain = () => {
      const all = listNames(this.#scope)
      return `is not there; ${all === '' ? 'there is nothing to read' : `there are: ${all}`}`
    }
    return new Undefined(name, explain, start)
  }

  #item(node: Node, base: Node, keyNode: Node): Value {
    const of = this.evaluate(base)
    const key = this.evaluate(keyNode)
    return item(of, key, () => this.#paths(node, base), this.#meter)
  }

  #dict(pairs: readonly (readonly [Node, Node])[]): Dict {
    const entries = new Map<string, Value>()
    for (const [keyNode, valueNode] of pairs) {
      const key = defined(this.evaluate(keyNode))
      if (typeof key !== 'string')
        throw new Problem(`The key of a mapping must be a text, and is ${kindOf(key)}.`)
      entries.set(key, this.evaluate(valueNode))
    }
    return Dict.of(entries)
  }

  #noElse(node: Node): Undefined {
    const path = this.#shown(node)
    const explain = () => 'has no value: its condition does not hold, and it has no else'
    return new Undefined(path, explain, node.start)
  }

  // ── filters and tests

  #applied(node: Extract<Node, { kind: 'filter' | 'test' }>): Value {
    const value = this.evaluate(node.base)
    const { args, named } = this.#evaluateArguments(node)
    return node.kind === 'filter'
      ? this.#filter(node.name, value, args, named)
      : this.#test(node.name, value, args, named)
  }

  #evaluateArguments({ args, named }: Arguments) {
    return {
      args: this.#all(args),
      named: new Map(named.map(([name, value]) => [name, this.evaluate(value)])),
    }
  }

  #filter(name: string, value: Value, args: readonly Value[], named: Call['named']): Value {
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined
    if (filter === undefined) throw new Problem(`There is no filter "${cut(name, 40)}".`)
    this.#meter.spend(1)
    const bound = bindArguments(`filter "${name}"`, filter.parameters, args, named)
    // map('map', 'map', …)
    this.#meter.checkDepth(this.#nesting++)
    const result = filter.apply(value, bound, this.#call(named))
    this.#nesting--
    return result
  }

  #test(name: string, value: Value, args: readonly Value[], named: Call['named']): boolean {
    const test = Object.hasOwn(tests, name) ? tests[name] : undefined
    if (test === undefined) throw new Problem(`There is no test "${cut(name, 40)}".`)
    this.#meter.spend(1)
    const bound = bindArguments(`test "${name}"`, test.parameters, args, named)
    return test.apply(value, bound, this.#call(named))
  }

  #call(named: Call['named']): Call {
    return {
      meter: this.#meter,
      named,
      filter: (name, ...rest) => this.#filter(toName(name), ...rest),
      test: (name, ...rest) => this.#test(toName(name), ...rest),
    }
  }

  // ── for messages

  #paths(node: Node, base: Node) {
    const [path, basePath] = [this.#shown(node), this.#shown(base)]
    return { path, basePath, offset: node.start }
  }

  #shown({ start, end }: Node): string {
    return cut(this.#text.slice(start, Math.min(end, start + 200)), 200)
  }
}

function toName(value: Value): string {
  const known = defined(value)
  if (typeof known === 'string') return known
  throw new Problem(`The name of a filter or a test must be a text, and is ${kindOf(known)}.`)
}

import { contains, equals, isAtMost, isLess } from './compare.ts'
import { Problem } from './expression-error.ts'
import type { Meter } from './meter.ts'
import * as numbers from './numbers.ts'
import { formatText } from './printf.ts'
import type { BinaryOperator, Comparison } from './syntax.ts'
import { itemsOf } from './text.ts'
import { defined, kindOf, List, Tuple, type Value } from './value.ts'

type Arithmetic = Exclude<BinaryOperator, 'and' | 'or'>

const ofNumbers: Record<Arithmetic, (a: numbers.Num, b: numbers.Num) => numbers.Num> = {
  '+': numbers.add,
  '-': numbers.subtract,
  '*': numbers.multiply,
  '/': numbers.divide,
  '//': numbers.divideDown,
  '%': numbers.modulo,
  '**': numbers.power,
}

/** What arithmetic gives, by Python's rules. @throws Problem */
export function calculate(operator: Arithmetic, a: Value, b: Value, meter: Meter): Value {
  const [left, right] = [defined(a), defined(b)]
  if (operator === '%' && typeof left === 'string') return formatText(left, right, meter)
  const [x, y] = [numbers.toNumber(left), numbers.toNumber(right)]
  if (x !== null && y !== null) return ofNumbers[operator](x, y)
  const result =
    operator === '+'
      ? concatenate(left, right, meter)
      : operator === '*'
        ? (repeat(left, right, meter) ?? repeat(right, left, meter))
        : null
  if (result !== null) return result
  throw new Problem(
    `${kindOf(left)} ${operator} ${kindOf(right)} has no meaning. Convert first: | int, | float, | string.`,
  )
}

function concatenate(left: Value, right: Value, meter: Meter): Value | null {
  if (typeof left === 'string' && typeof right === 'string') {
    meter.spendText(left.length + right.length)
    return left + right
  }
  if (left instanceof List && right instanceof List)
    return List.of([...itemsOf(left, meter), ...itemsOf(right, meter)])
  if (left instanceof Tuple && right instanceof Tuple)
    return new Tuple([...itemsOf(left, meter), ...itemsOf(right, meter)])
  return null
}

function repeat(value: Value, times: Value, meter: Meter): Value | null {
  const count = numbers.toInteger(times)
  if (count === null) return null
  // more than this is refused in any case
  const many = count <= 0n ? 0 : Number(count)
  if (value === '') return ''
  if (typeof value === 'string') {
    meter.spendText(value.length * many)
    return value.repeat(many)
  }
  if (!(value instanceof List || value instanceof Tuple)) return null
  const items = itemsOf(value, meter)
  if (items.length === 0) return value
  meter.spend(items.length * many)
  const repeated = Array.from({ length: many }, () => items).flat()
  return value instanceof List ? List.of(repeated) : new Tuple(repeated)
}

/** Whether two values compare so. @throws Problem */
export function compare(comparison: Comparison, a: Value, b: Value, meter: Meter): boolean {
  switch (comparison) {
    case '==':
      return equals(a, b, meter)
    case '!=':
      return !equals(a, b, meter)
    case '<':
      return isLess(a, b, meter)
    case '<=':
      return isAtMost(a, b, meter)
    case '>':
      return isLess(b, a, meter)
    case '>=':
      return isAtMost(b, a, meter)
    case 'in':
      return contains(b, a, meter)
    default:
      return !contains(b, a, meter)
  }
}

/** `-` and `+` before a value. @throws Problem */
export function applySign(operator: '-' | '+', value: Value): Value {
  const number = numbers.toNumber(defined(value))
  if (number === null) throw new Problem(`${operator} before ${kindOf(value)} has no meaning.`)
  return operator === '-' ? numbers.negate(number) : number
}

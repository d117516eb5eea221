import type { Parameters } from './arguments.ts'
import { contains, equals, isAtMost, isLess } from './compare.ts'
import type { Test } from './filter.ts'
import { calculate } from './operators.ts'
import { textOf } from './text.ts'
import { Dict, defined, List, Tuple, Undefined, type Value } from './value.ts'

const none: Parameters = []
const other: Parameters = [['other']]

/** A test that looks at the value alone, and also at one that is not there. */
function kind(is: (value: Value) => boolean): Test {
  return { parameters: none, apply: is }
}

const equal: Test = {
  parameters: other,
  apply: (a, [b], { meter }) => equals(a, b as Value, meter),
}
const unequal: Test = {
  parameters: other,
  apply: (a, [b], { meter }) => !equals(a, b as Value, meter),
}
const less: Test = { parameters: other, apply: (a, [b], { meter }) => isLess(a, b as Value, meter) }
const atMost: Test = {
  parameters: other,
  apply: (a, [b], { meter }) => isAtMost(a, b as Value, meter),
}
const greater: Test = {
  parameters: other,
  apply: (a, [b], { meter }) => isLess(b as Value, a, meter),
}
const atLeast: Test = {
  parameters: other,
  apply: (a, [b], { meter }) => isAtMost(b as Value, a, meter),
}

/** Everything that may stand behind `is`, and be named to `select` and its like. */
export const tests: Readonly<Record<string, Test>> = {
  defined: kind((value) => !(value instanceof Undefined)),
  undefined: kind((value) => value instanceof Undefined),
  none: kind((value) => value === null),
  boolean: kind((value) => typeof value === 'boolean'),
  true: kind((value) => value === true),
  false: kind((value) => value === false),
  integer: kind((value) => typeof value === 'bigint'),
  float: kind((value) => typeof value === 'number'),
  // booleans are numbers in Python
  number: kind((value) => ['boolean', 'bigint', 'number'].includes(typeof value)),
  string: kind((value) => typeof value === 'string'),
  mapping: kind((value) => value instanceof Dict),
  sequence: kind(isIterable),
  iterable: kind((value) => isIterable(defined(value))),
  lower: {
    parameters: none,
    apply: (value, _, { meter }) => {
      const text = textOf(value, meter)
      meter.spendText(text.length)
      return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text)
    },
  },
  upper: {
    parameters: none,
    apply: (value, _, { meter }) => {
      const text = textOf(value, meter)
      meter.spendText(text.length)
      return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
    },
  },
  odd: {
    parameters: none,
    apply: (value, _, { meter }) => equals(calculate('%', value, 2n, meter), 1n, meter),
  },
  even: {
    parameters: none,
    apply: (value, _, { meter }) => equals(calculate('%', value, 2n, meter), 0n, meter),
  },
  divisibleby: {
    parameters: [['num']],
    apply: (value, [number], { meter }) =>
      equals(calculate('%', value, number as Value, meter), 0n, meter),
  },
  in: {
    parameters: [['seq']],
    apply: (value, [container], { meter }) => contains(container as Value, value, meter),
  },
  eq: equal,
  equalto: equal,
  '==': equal,
  ne: unequal,
  '!=': unequal,
  lt: less,
  lessthan: less,
  '<': less,
  le: atMost,
  '<=': atMost,
  gt: greater,
  greaterthan: greater,
  '>': greater,
  ge: atLeast,
  '>=': atLeast,
}

function isIterable(value: Value): boolean {
  return (
    typeof value === 'string' ||
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict
  )
}

// What generators of expressions have in common: those of graphs, and those of machines, whose language is a part of it.
import fc from 'fast-check'

/** Signs between two operands. */
export const SIGNS = [
  ...['+', '-', '*', '/', '//', '%', '~', 'and', 'or'],
  ...['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
]

/** The values that expressions may speak of, as `a`, `b` and `c`. */
export function scopesOf(json: fc.Arbitrary<unknown>) {
  return fc.dictionary(fc.constantFrom('a', 'b', 'c'), json, { maxKeys: 3 })
}

/** A text as a literal. */
export function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

/** Expressions that are made of others. */
export function composed(part: fc.Arbitrary<string>, signs: readonly string[]) {
  const two = fc.tuple(part, part)
  return [
    fc
      .tuple(part, fc.constantFrom(...signs), part)
      .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc
      .tuple(part, part, part)
      .map(([then, condition, other]) => `(${then} if ${condition} else ${other})`),
    two.map(([one, other]) => `[${one}, ${other}]`),
    two.map(([base, key]) => `(${base})[${key}]`),
  ]
}

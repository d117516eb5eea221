import { ExpressionError, Problem } from './expression-error.ts'
import type { Arguments } from './syntax.ts'
import type { Value } from './value.ts'

/** A parameter of a filter or test; without a default it must be given. */
export type Parameter = readonly [name: string, byDefault?: Value]

/** The parameters; `'any'` for those that take what another filter or test, or a format, takes. */
export type Parameters = readonly Parameter[] | 'any'

/** What is wrong with the arguments given, which are known by their number and names; null if nothing is. */
function findProblem(
  what: string,
  parameters: Parameters,
  count: number,
  names: readonly string[],
): string | null {
  if (new Set(names).size < names.length) return `The ${what} is given an argument twice.`
  if (parameters === 'any') return null
  if (count > parameters.length) {
    const most = parameters.length === 0 ? 'none' : `at most ${parameters.length}`
    return `The ${what} is given ${count} arguments, and takes ${most}.`
  }
  const known = parameters.map(([name]) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const all = known.length === 0 ? 'none' : known.join(', ')
    return `The ${what} has no argument "${unknown}"; it takes: ${all}.`
  }
  const twice = known.slice(0, count).find((name) => names.includes(name))
  if (twice !== undefined) return `The ${what} is given its argument "${twice}" twice.`
  const missing = parameters.find(
    (parameter, i) => parameter.length === 1 && i >= count && !names.includes(parameter[0]),
  )
  return missing === undefined ? null : `The ${what} needs its argument "${missing[0]}".`
}

/** @throws ExpressionError if arguments, as they are written, do not fit. */
export function checkArguments(
  what: string,
  parameters: Parameters,
  { args, named }: Arguments,
  at: number,
): void {
  const names = named.map(([name]) => name)
  const problem = findProblem(what, parameters, args.length, names)
  if (problem !== null) throw new ExpressionError(problem, at)
}

/**
 * The arguments in the order of the parameters, with the defaults of those that are not given.
 * @throws Problem if they do not fit
 */
export function bindArguments(
  what: string,
  parameters: Parameters,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
): readonly Value[] {
  const problem = findProblem(what, parameters, args.length, [...named.keys()])
  if (problem !== null) throw new Problem(problem)
  if (parameters === 'any') return args
  return parameters.map(([name, byDefault], i) => {
    if (i < args.length) return args[i] as Value
    return named.has(name) ? (named.get(name) as Value) : (byDefault as Value)
  })
}

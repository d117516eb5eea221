import type { Parameters } from './arguments.ts'
import type { Meter } from './meter.ts'
import type { Value } from './value.ts'

/** What a filter or a test may use beside its values. */
export type Call = {
  readonly meter: Meter
  /** Arguments that were given by name, for those that take any. */
  readonly named: ReadonlyMap<string, Value>
  /** Another filter by its name, as `map` does. @throws Problem */
  filter(name: Value, value: Value, args: readonly Value[], named: Call['named']): Value
  /** A test by its name, as `select` does. @throws Problem */
  test(name: Value, value: Value, args: readonly Value[], named: Call['named']): boolean
}

/** What stands behind `|`. */
export type Filter = {
  readonly parameters: Parameters
  /** @param args in the order of the parameters @throws Problem */
  apply(value: Value, args: readonly Value[], call: Call): Value
}

/** What stands behind `is`. */
export type Test = {
  readonly parameters: Parameters
  /** @param args in the order of the parameters @throws Problem */
  apply(value: Value, args: readonly Value[], call: Call): boolean
}

/** A filter in short. */
export function filter(parameters: Parameters, apply: Filter['apply']): Filter {
  return { parameters, apply }
}

import { InvalidInputError } from './errors.ts'
import { nearest } from './nearest.ts'

/** The names of all options of a type; the compiler sees to it that none is forgotten. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true }

/**
 * Refuses an option that nobody would heed: a misspelled one does nothing, and nobody hears of it.
 * @throws InvalidInputError
 * @example checkOptionNames('a start', { idempotency_key: 'a' }, startOptionNames)
 */
export function checkOptionNames(what: string, options: unknown, names: object): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new InvalidInputError(`The options of ${what} are ${String(options)}, not an object.`)
  }
  for (const name of Object.keys(options)) {
    if (name in names) continue
    const [meant] = nearest(name, Object.keys(names))
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    const known = Object.keys(names).join(', ')
    throw new InvalidInputError(
      `The options of ${what} have no "${name}".${hint} There are: ${known}.`,
      { details: { option: name } },
    )
  }
}

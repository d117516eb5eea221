import { attributeOf, attributeParts } from '../access.ts'
import { Problem } from '../expression-error.ts'
import { type Call, type Filter, filter } from '../filter.ts'
import { isTruthy, iterate, List, Undefined, type Value } from '../value.ts'

/** Filters that apply a filter or a test to each item, and the one for what is not there. */
export const choosingFilters: Readonly<Record<string, Filter>> = {
  map: filter('any', (value, args, call) => {
    if (!isTruthy(value)) return List.of([])
    const change = mapping(args, call)
    return List.of(iterate(value, call.meter).map(change))
  }),
  select: choice(true, false),
  reject: choice(false, false),
  selectattr: choice(true, true),
  rejectattr: choice(false, true),
  default: filter(
    [
      ['default_value', ''],
      ['boolean', false],
    ],
    (value, args) => orDefault(value, args),
  ),
  d: filter(
    [
      ['default_value', ''],
      ['boolean', false],
    ],
    (value, args) => orDefault(value, args),
  ),
}

function orDefault(value: Value, [byDefault, orFalse]: readonly Value[]): Value {
  if (value instanceof Undefined) return byDefault as Value
  return isTruthy(orFalse as Value) && !isTruthy(value) ? (byDefault as Value) : value
}

function mapping(args: readonly Value[], call: Call): (item: Value) => Value {
  const [name, ...rest] = args
  if (name !== undefined) return (item) => call.filter(name, item, rest, call.named)
  const attribute = call.named.get('attribute')
  if (attribute === undefined) throw new Problem('map needs the name of a filter, or an attribute.')
  const other = [...call.named.keys()].find((key) => key !== 'attribute' && key !== 'default')
  if (other !== undefined)
    throw new Problem('map with an attribute takes only "default" beside it.')
  const parts = attributeParts(attribute)
  const byDefault = call.named.get('default') ?? null
  return (item) => attributeOf(item, parts, call.meter, byDefault)
}

function choice(isWanted: boolean, ofAttribute: boolean): Filter {
  return filter('any', (value, args, call) => {
    if (!isTruthy(value)) return List.of([])
    if (ofAttribute && args.length === 0) throw new Problem('The name of an attribute is needed.')
    const parts = ofAttribute ? attributeParts(args[0] as Value) : []
    const [name, ...rest] = ofAttribute ? args.slice(1) : args
    const chosen = iterate(value, call.meter).filter((item) => {
      const tested = attributeOf(item, parts, call.meter)
      const holds =
        name === undefined ? isTruthy(tested) : call.test(name, tested, rest, call.named)
      return holds === isWanted
    })
    return List.of(chosen)
  })
}

import type { Filter } from '../filter.ts'
import { choosingFilters } from './choose.ts'
import { encodingFilters } from './encode.ts'
import { listFilters } from './lists.ts'
import { numberFilters } from './numbers.ts'
import { orderFilters } from './order.ts'
import { textFilters } from './text.ts'

/** Everything that may stand behind `|`. */
export const filters: Readonly<Record<string, Filter>> = {
  ...textFilters,
  ...numberFilters,
  ...listFilters,
  ...orderFilters,
  ...choosingFilters,
  ...encodingFilters,
}

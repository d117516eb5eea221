import { toIso } from '../../model/instant.ts'
import { checkOptionNames } from '../../model/options.ts'
import type { PageRequest } from '../page.ts'
import {
  encodeFilter,
  encodeOrder,
  filterNames,
  type RunFilter,
  type RunOrder,
} from '../run-filter.ts'
import type { Shapes } from './api.ts'
import type { Given } from './transport.ts'

type ListQuery = NonNullable<Given<'getRuns'>['query']>

/** A filter as bodies have it. @throws InvalidInputError */
export function filterBody(what: string, filter: RunFilter): Shapes['RunFilter'] {
  checkOptionNames(what, filter, filterNames)
  return encodeFilter(filter) as Shapes['RunFilter']
}

/** A filter as queries have it. @throws InvalidInputError */
export function filterQuery(filter: RunFilter): ListQuery {
  const { statuses, tags, run_ids, attributes, ...rest } = encodeFilter(filter)
  return {
    ...(rest as ListQuery),
    ...{ status: statuses as ListQuery['status'], tag: tags as string[] | undefined },
    run_id: run_ids as string[] | undefined,
    attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
  }
}

/** Which page, as queries have it. */
export function pageQuery({ limit, startingAfter, endingBefore }: PageRequest) {
  return {
    limit,
    starting_after: startingAfter ?? undefined,
    ending_before: endingBefore ?? undefined,
  }
}

/** An order, as queries have it. @throws InvalidInputError */
export function orderQuery(order: RunOrder | undefined): Pick<ListQuery, 'order_by' | 'order'> {
  if (order === undefined) return {}
  const { attribute, direction } = encodeOrder(order) as {
    attribute: string
    direction?: 'asc' | 'desc'
  }
  return { order_by: attribute, order: direction }
}

/** An instant as it is sent. @throws InvalidInputError */
export function instant(at: Date | string | undefined): string | undefined {
  return at === undefined ? undefined : toIso(at)
}

import type { RunFilter } from '../client/run-filter.ts'
import { InvalidInputError } from '../model/errors.ts'
import { duration, statuses } from './option-values.ts'

type Part = (value: string, filter: RunFilter) => RunFilter

/** What stands before the = of a part of --where, and what it says. */
const parts: Record<string, Part> = {
  workflow: (workflowId) => ({ workflowId }),
  version: (version) => ({ version }),
  status: (value) => ({ statuses: statuses(value) }),
  resource: (resourceId) => ({ resourceId }),
  tag: (tag, { tags = [] }) => ({ tags: [...tags, tag] }),
  queue: (queue) => ({ queue }),
  parent: (parentId) => ({ parentId }),
  since: (value) => ({ createdAfter: new Date(Date.now() - duration(value)) }),
  before: (value) => ({ createdBefore: new Date(Date.now() - duration(value)) }),
  schedule: (scheduleId) => ({ scheduleId }),
  fingerprint: (fingerprint) => ({ fingerprint }),
  id: (id, { runIds = [] }) => ({ runIds: [...runIds, id] }),
}

/**
 * A filter of parts like `workflow=order` and `since=2 days`, all of which must hold.
 * @throws InvalidInputError for a part that is not known
 */
export function parseWhere(texts: readonly string[]): RunFilter {
  const filter: RunFilter = {}
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined
    if (part === undefined || value === '') {
      throw new InvalidInputError(
        `--where "${text}" is none of ${Object.keys(parts).join('=…, ')}=… . Give it once for each part, like --where workflow=order --where since="2 days".`,
      )
    }
    Object.assign(
      filter,
      read(text, () => part(value, filter)),
    )
  }
  return filter
}

function read(text: string, part: () => RunFilter): RunFilter {
  try {
    return part()
  } catch (error) {
    throw new InvalidInputError(`--where "${text}" cannot be read. ${(error as Error).message}`)
  }
}

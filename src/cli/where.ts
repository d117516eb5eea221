import type { AttributeCondition, AttributeValue, RunFilter } from '../client/run-filter.ts'
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

/** What stands between an attribute and its value. */
const bounds = { '>=': 'gte', '>': 'gt', '<=': 'lte', '<': 'lt' } as const

const ATTRIBUTE = 'attribute.'

/**
 * A filter of parts like `workflow=order`, `since=2 days` and `attribute.amount>=100`, all of which must hold. Of
 * one attribute several parts with = name values of which one must be its own.
 * @throws InvalidInputError for a part that is not known
 */
export function parseWhere(texts: readonly string[]): RunFilter {
  const filter: RunFilter = {}
  for (const text of texts) {
    const [, name = '', sign = '', value = ''] = /^([^=<>]*)(>=|<=|[<>=])(.*)$/s.exec(text) ?? []
    const part = name.startsWith(ATTRIBUTE)
      ? attributePart(name.slice(ATTRIBUTE.length), sign)
      : sign === '=' && Object.hasOwn(parts, name)
        ? parts[name]
        : undefined
    if (part === undefined || value === '') {
      throw new InvalidInputError(
        `--where "${text}" is none of ${Object.keys(parts).join('=…, ')}=… or attribute.NAME=… (or >=, >, <=, <). Give it once for each part, like --where workflow=order --where since="2 days".`,
      )
    }
    Object.assign(
      filter,
      read(text, () => part(value, filter)),
    )
  }
  return filter
}

function attributePart(name: string, sign: string): Part {
  return (text, { attributes = {} }) => {
    const value = attributeValue(text)
    const known = attributes[name]
    return { attributes: { ...attributes, [name]: condition(known, sign, value) } }
  }
}

function condition(
  known: AttributeCondition | undefined,
  sign: string,
  value: string | number | boolean,
): AttributeCondition {
  const others = (known ?? {}) as { in?: AttributeValue[] }
  if (sign === '=') return { ...others, in: [...(others.in ?? []), value] } as AttributeCondition
  const bound = bounds[sign as keyof typeof bounds]
  if (bound in others) throw new InvalidInputError(`There is another ${sign} for it already.`)
  return { ...others, [bound]: value } as AttributeCondition
}

/** A number, true or false as that, anything else as a text; a text of digits in JSON's quotes. */
function attributeValue(text: string): string | number | boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? text : (value as string | number | boolean)
  } catch {
    return text
  }
}

function read(text: string, part: () => RunFilter): RunFilter {
  try {
    return part()
  } catch (error) {
    throw new InvalidInputError(`--where "${text}" cannot be read. ${(error as Error).message}`)
  }
}

import { parseInstant } from '../../model/instant.ts'
import { describeValue } from '../../model/text.ts'
import { secondsOrText } from './check-fields.ts'
import type { DraftNode } from './draft.ts'
import type { IssueList } from './issue-list.ts'
import { below } from './pointer.ts'

/** Names of expressions that a block cannot take for its item. */
export const RESERVED_NAMES: readonly string[] = [
  ...['trigger', 'steps', 'run', 'secrets', 'index', 'loop', 'input', 'output'],
  ...['and', 'or', 'not', 'in', 'is', 'if', 'else', 'true', 'false', 'none'],
  ...['True', 'False', 'None'],
]

type Refuse = (field: string, message: string) => void

/** Rules about several fields of a node, or about what its texts say. */
export function checkNodeRules(node: DraftNode, owner: string, issues: IssueList): void {
  const refuse: Refuse = (field, message) => {
    const pointer = field.split('.').reduce(below, node.pointer)
    issues.add('VALIDATION_ERROR', pointer, message)
  }
  checkRetry(node, owner, refuse)
  const { config } = node
  if (node.value.config !== config) return // none, or no object: that has been said
  switch (node.type) {
    case 'http':
      checkUrl(config.url, owner, refuse)
      checkHeaders(config.headers, owner, refuse)
      return
    case 'delay':
      if (hasValue(config, 'seconds') === hasValue(config, 'duration'))
        refuse('config', `The ${owner} must have either seconds or duration. Give one of them.`)
      return
    case 'wait_until':
      checkInstant(config.at, owner, refuse)
      return
    case 'approval':
      if (hasValue(config, 'on_timeout') && !hasValue(config, 'timeout'))
        refuse('config', `The ${owner} has on_timeout, but no timeout. Give a timeout.`)
      return
    case 'map':
      if (typeof config.as === 'string' && RESERVED_NAMES.includes(config.as))
        refuse(
          'config.as',
          `The ${owner} calls its item ${describeValue(config.as)}, which expressions use for something else. Choose another name.`,
        )
  }
}

function checkRetry({ value }: DraftNode, owner: string, refuse: Refuse): void {
  const { retry } = value
  if (typeof retry !== 'object' || retry === null) return
  const { delay_seconds: delay, max_delay_seconds: most } = retry as Record<string, unknown>
  if (typeof delay === 'number' && typeof most === 'number' && most < delay)
    refuse(
      'retry.max_delay_seconds',
      `The ${owner} has retry.max_delay_seconds ${most}, less than delay_seconds, ${delay}. Make it as long, or leave it out.`,
    )
}

/** What stands before the first expression says enough of most. */
function checkUrl(url: unknown, owner: string, refuse: Refuse): void {
  if (typeof url !== 'string') return
  const start = url.trimStart()
  const refused = (problem: string) =>
    refuse(
      'config.url',
      `The url of ${owner} is ${describeValue(url)}; ${problem}. Give an address that begins with "https://" or "http://".`,
    )
  if (start.startsWith('{{')) return
  if (!/^https?:\/\//i.test(start)) return refused('it must be of http or https')
  if (!start.includes('{{') && !URL.canParse(start)) refused('it is no address')
}

function checkHeaders(headers: unknown, owner: string, refuse: Refuse): void {
  if (typeof headers !== 'object' || headers === null) return
  const seen = new Set<string>()
  for (const name of Object.keys(headers)) {
    const plain = name.toLowerCase()
    if (seen.has(plain))
      refuse(
        'config.headers',
        `The ${owner} has the header ${describeValue(name)} twice; names of headers have no case. Remove one of them.`,
      )
    seen.add(plain)
  }
}

function checkInstant(at: unknown, owner: string, refuse: Refuse): void {
  if (typeof at !== 'string' || at.includes('{{')) return
  try {
    parseInstant(at)
  } catch (error) {
    refuse('config.at', `config.at of the ${owner}: ${(error as Error).message}`)
  }
}

function hasValue(config: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(config, name) && config[name] !== null
}

/** Milliseconds that a delay takes. @throws if it has neither seconds nor a duration: it was not checked */
export function delayMs(config: { seconds?: number; duration?: number | string }): number {
  const ms = secondsOrText(config.seconds ?? config.duration ?? Number.NaN)
  if (ms === null) throw new RangeError('A delay has neither seconds nor a duration.')
  return ms
}

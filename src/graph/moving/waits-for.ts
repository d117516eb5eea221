import { formatDuration } from '../../model/duration.ts'
import { countOf, describeValue, listWords } from '../../model/text.ts'
import { secondsOrText } from '../document/check-fields.ts'
import { delayMs, type PlannedNode } from '../document/index.ts'

/** What a node waits for before it goes on, in words; null if for nothing but its own work. */
export function waitsFor({ node }: PlannedNode): string | null {
  switch (node.type) {
    case 'delay':
      return formatDuration(delayMs(node.config))
    case 'wait_until':
      return `until ${node.config.at}`
    case 'wait_for': {
      const { event_name: name, key, timeout } = node.config
      const which = key === undefined ? '' : ` with the key ${key}`
      return `the event ${describeValue(name)}${which}${atMost(timeout)}`
    }
    case 'approval': {
      const { assignees = [], roles = [], timeout } = node.config
      const people = [...assignees, ...roles.map((role) => `role ${role}`)]
      const who = people.length === 0 ? 'anybody' : listWords(people, 'or')
      return `an answer of ${who}${atMost(timeout)}`
    }
    case 'sub_workflow':
      return `a run of ${describeValue(node.config.workflow_id)}`
    case 'loop':
      return `its block, up to ${countOf(node.config.max_iterations, 'time')}`
    case 'map': {
      const { items, concurrency } = node.config
      const count = Array.isArray(items) ? countOf(items.length, 'item') : `each item of ${items}`
      return `its block for ${count}${concurrency === undefined ? '' : `, ${concurrency} at once`}`
    }
    case 'parallel':
      return `all of its ${branches(node.config.branches)}`
    case 'race':
      return `the first of its ${branches(node.config.branches)}`
    default:
      return null
  }
}

function branches(given: object): string {
  return countOf(Object.keys(given).length, 'branch', 'branches')
}

function atMost(timeout: number | string | undefined): string {
  const ms = timeout === undefined ? null : secondsOrText(timeout)
  return ms === null ? '' : `, for at most ${formatDuration(ms)}`
}

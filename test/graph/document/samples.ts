// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dollars are dollars
import type { GraphDocument, GraphIssue } from '../../../src/graph/document/index.ts'
import { validateGraph } from '../../../src/graph/document/index.ts'

/** The example of the Workflow Automation Engine's README, without a change. */
export const orderPipeline = {
  name: 'Order Pipeline',
  trigger_type: 'webhook',
  webhook_secret: 'my-secret',
  steps: [
    {
      id: 'validate',
      type: 'transform',
      config: {
        expression: 'Order #{{ trigger.payload.order_id }} for {{ trigger.payload.customer }}',
      },
      depends_on: [],
    },
    {
      id: 'check_amount',
      type: 'condition',
      config: {
        expression: '{{ trigger.payload.amount > 100 }}',
        true_branch: ['high_value'],
        false_branch: ['standard'],
      },
      depends_on: ['validate'],
    },
    {
      id: 'high_value',
      type: 'transform',
      config: { expression: 'Escalate: ${{ trigger.payload.amount }}' },
      depends_on: ['check_amount'],
    },
    {
      id: 'standard',
      type: 'transform',
      config: { expression: 'Auto-approve: ${{ trigger.payload.amount }}' },
      depends_on: ['check_amount'],
    },
  ],
} satisfies GraphDocument

/** A node that does nothing in particular. */
export function node(id: string, depends: string[] = [], more: object = {}) {
  return {
    ...{ id, type: 'transform', config: { expression: 1 } },
    ...(depends.length > 0 && { depends_on: depends }),
    ...more,
  }
}

/** A document of these nodes. */
export function graph(...steps: unknown[]) {
  return { name: 'sample', steps }
}

/** The issues in short: `CODE pointer`. */
export function problems(source: unknown, limits = {}): string[] {
  return validateGraph(source, limits).map(({ code, pointer }) => `${code} ${pointer}`)
}

/** The only issue. */
export function only(source: unknown, limits = {}): GraphIssue {
  const issues = validateGraph(source, limits)
  if (issues.length !== 1) throw new Error(`There are ${issues.length}: ${JSON.stringify(issues)}`)
  return issues[0] as GraphIssue
}

/** Milliseconds of the processor that some work takes: the machine may have other work. */
export function busyMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

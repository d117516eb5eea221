import type { PlannedNode } from './plan.ts'

/** Texts that count as false, whatever their case, as the Workflow Automation Engine has it. */
const falseTexts = new Set(['', 'false', '0', 'none'])

/**
 * Whether a value counts as true for a condition or a loop: not false, null, 0 and NaN, empty texts, lists and
 * objects, nor the texts 'false', '0' and 'none'.
 * @example isTrue(' None ') // false
 */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'string') return !falseTexts.has(value.trim().toLowerCase())
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

/** What a condition or a switch has chosen. */
export type Choice = {
  /** One of `branches` of the node. */
  readonly branch: string
  /** The nodes that it names. */
  readonly steps: readonly string[]
  /** Those that others name, and it does not: they are skipped. */
  readonly skipped: readonly string[]
}

/**
 * The branch that a value of its expression takes.
 * @param node a condition or switch
 */
export function chooseBranch(node: PlannedNode, value: unknown): Choice {
  const branch = node.type === 'condition' ? String(isTrue(value)) : caseOf(node, value)
  const steps = node.branches.find((one) => one.branch === branch)?.steps ?? []
  const others = node.branches.filter((one) => one.branch !== branch)
  const named = new Set(others.flatMap((one) => one.steps))
  // a condition skips all that its other branch names
  const isKept = (id: string) => node.type === 'switch' && steps.includes(id)
  return { branch, steps, skipped: [...named].filter((id) => !isKept(id)) }
}

/** Cases are texts: true is 'true', 1 is '1', null is 'null', lists and objects are JSON. */
function caseOf({ branches }: PlannedNode, value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
  const branch = `case ${text}`
  return branches.some((one) => one.branch === branch) ? branch : 'default'
}

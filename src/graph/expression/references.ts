import { childrenOf, type Node } from './syntax.ts'
import type { Expression, Template } from './template.ts'

/** Something of the scope that is read. */
export type Reference = {
  /** Names and indexes, as far as they are known without evaluating: `['steps', 'a', 'output', 0]`. */
  readonly path: readonly (string | number)[]
  /** Where it begins in the text. */
  readonly offset: number
  /** Whether the last part of it may be absent: it stands directly before `default` or `is defined`. */
  readonly optional: boolean
}

/**
 * What a template or an expression reads, in the order of the text; each place is its own reference.
 * @example referencesOf(parseTemplate('{{ steps.a.output }}')) // [{ path: ['steps', 'a', 'output'], offset: 3, optional: false }]
 */
export function referencesOf(of: Template | Expression): readonly Reference[] {
  const roots =
    'root' in of
      ? [of.root]
      : of.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.root]))
  const found: Reference[] = []
  for (const root of roots) collect(root, false, found)
  return found.sort((a, b) => a.offset - b.offset)
}

function collect(node: Node, optional: boolean, found: Reference[]): void {
  const path = pathOf(node)
  if (path !== null) {
    found.push({ path, offset: node.start, optional })
    return
  }
  for (const child of childrenOf(node)) collect(child, allowsAbsence(node, child), found)
}

/** Names and indexes of a part that is nothing but a path; null: it is more than that. */
function pathOf(node: Node): (string | number)[] | null {
  if (node.kind === 'name') return [node.name]
  if (node.kind !== 'attribute' && node.kind !== 'item') return null
  const base = pathOf(node.base)
  if (base === null) return null
  if (node.kind === 'attribute') return [...base, node.name]
  const key = constantKey(node.key)
  return key === null ? null : [...base, key]
}

function constantKey(node: Node): string | number | null {
  if (node.kind === 'unary' && node.operator === '-') {
    const index = constantKey(node.operand)
    return typeof index === 'number' ? -index : null
  }
  if (node.kind !== 'literal') return null
  if (typeof node.value === 'string') return node.value
  return typeof node.value === 'bigint' ? Number(node.value) : null
}

function allowsAbsence(parent: Node, child: Node): boolean {
  if (parent.kind === 'filter') return child === parent.base && /^(default|d)$/.test(parent.name)
  if (parent.kind === 'test') return child === parent.base && /^(un)?defined$/.test(parent.name)
  return false
}

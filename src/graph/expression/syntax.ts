import type { Value } from './value.ts'

/** Where a part of an expression is in the text given, and how deep it is. */
type Place = { readonly start: number; readonly end: number; readonly height: number }

/** Arguments of a filter or a test. */
export type Arguments = {
  readonly args: readonly Node[]
  readonly named: readonly (readonly [name: string, value: Node])[]
}

/** A part of an expression. */
export type Node = Place &
  (
    | { readonly kind: 'literal'; readonly value: Value }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'list' | 'tuple' | 'concat'; readonly items: readonly Node[] }
    | { readonly kind: 'dict'; readonly pairs: readonly (readonly [Node, Node])[] }
    | { readonly kind: 'attribute'; readonly base: Node; readonly name: string }
    | { readonly kind: 'item'; readonly base: Node; readonly key: Node }
    | {
        readonly kind: 'slice'
        readonly base: Node
        readonly bounds: readonly (Node | null)[]
      }
    | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Node }
    | {
        readonly kind: 'binary'
        readonly operator: BinaryOperator
        readonly left: Node
        readonly right: Node
      }
    | {
        readonly kind: 'compare'
        readonly first: Node
        readonly rest: readonly (readonly [Comparison, Node])[]
      }
    | {
        readonly kind: 'conditional'
        readonly test: Node
        readonly then: Node
        readonly otherwise: Node | null
      }
    | ({ readonly kind: 'filter' | 'test'; readonly base: Node; readonly name: string } & Arguments)
  )

/** What stands between two values and is no comparison. */
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | 'and' | 'or'

/** What compares two values. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

/** The parts directly below a part. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return []
    case 'list':
    case 'tuple':
    case 'concat':
      return node.items
    case 'dict':
      return node.pairs.flat()
    case 'attribute':
      return [node.base]
    case 'item':
      return [node.base, node.key]
    case 'slice':
      return [node.base, ...node.bounds.filter((bound) => bound !== null)]
    case 'unary':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
    case 'compare':
      return [node.first, ...node.rest.map(([, operand]) => operand)]
    case 'conditional':
      return [node.test, node.then, ...(node.otherwise === null ? [] : [node.otherwise])]
    default:
      return [node.base, ...node.args, ...node.named.map(([, value]) => value)]
  }
}

import { describeValue } from '../../model/text.ts'
import { type AncestorQuestion, askAncestors } from './ancestors.ts'
import type { Draft, DraftBlock, DraftNode } from './draft.ts'
import { jsonTypeOf } from './field-kinds.ts'
import { below } from './pointer.ts'

/** One id in a list of a condition or switch. */
type Entry = { readonly node: DraftNode; readonly pointer: string; readonly branch: string }

/** The choices of other nodes under which a node runs: by the node that chooses, its branches, or that it has not run. */
type Requirements = ReadonlyMap<DraftNode, ReadonlySet<string>>

/** Of a node that was skipped: it chooses nothing, and so skips nothing. */
const NOT_RUN = ''

/** Choices that are followed down a chain: those far above rarely meet again. */
const MAX_FOLLOWED = 32

/** Checks what the branches of conditions and switches name, and finds nodes that no choice lets run. */
export function checkBranches(draft: Draft): void {
  for (const block of draft.blocks) {
    const own = new Map<DraftNode, Map<DraftNode, Set<string>>>()
    const questions: AncestorQuestion[] = []
    for (const chooser of block.nodes) {
      for (const { node, pointer, branch } of entriesOf(chooser, draft)) {
        const mine = own.get(node) ?? new Map<DraftNode, Set<string>>()
        own.set(node, mine.set(chooser, (mine.get(chooser) ?? new Set()).add(branch)))
        const refuse = () => refuseLoose(chooser, node, pointer, draft)
        questions.push({ node, ancestor: chooser, refuse })
      }
    }
    askAncestors(block, questions)
    if (own.size > 0) checkReach(block, own, draft)
  }
}

/** The branches of a node that chooses, by their names in its output: of a switch 'default' and its cases. */
export function branchesOf(
  type: string | undefined,
  config: Readonly<Record<string, unknown>>,
): { branch: string; field: readonly string[]; ids: readonly unknown[] }[] {
  const list = (value: unknown) => (Array.isArray(value) ? value : [])
  if (type === 'condition')
    return ['true', 'false'].map((branch) => {
      const field = `${branch}_branch`
      return { branch, field: [field], ids: list(config[field]) }
    })
  if (type !== 'switch') return []
  const cases = jsonTypeOf(config.cases) === 'object' ? (config.cases as object) : {}
  const named = Object.entries(cases).map(([name, ids]) => ({
    branch: `case ${name}`,
    field: ['cases', name],
    ids: list(ids),
  }))
  return [...named, { branch: 'default', field: ['default'], ids: list(config.default) }]
}

function* entriesOf(chooser: DraftNode, draft: Draft): Generator<Entry> {
  for (const { branch, field, ids } of branchesOf(chooser.type, chooser.config)) {
    const start = [...['config'], ...field].reduce(below, chooser.pointer)
    for (const [i, id] of ids.entries()) {
      if (typeof id !== 'string') continue
      const node = chooser.block.byId.get(id)
      const pointer = below(start, i)
      if (node === chooser) refuseBranch(chooser, id, pointer, 'itself. Take it out.', draft)
      else if (node) yield { node, pointer, branch }
      else if (draft.byId.has(id))
        refuseBranch(chooser, id, pointer, 'a step of another block. Name steps of its own.', draft)
      else {
        const guess = draft.issues.guess(id, chooser.block.byId.keys()).trim()
        refuseBranch(
          chooser,
          id,
          pointer,
          `which does not exist. ${guess || 'Name a step.'}`,
          draft,
        )
      }
    }
  }
}

function refuseBranch(chooser: DraftNode, id: string, pointer: string, why: string, draft: Draft) {
  const message = `A branch of step ${describeValue(chooser.id)} names ${describeValue(id)}, ${why}`
  draft.issues.add('INVALID_BRANCH', pointer, message)
}

function refuseLoose(chooser: DraftNode, node: DraftNode, pointer: string, draft: Draft): void {
  const [from, to] = [describeValue(chooser.id), describeValue(node.id)]
  const message = `Step ${to} is in a branch of ${from}, but does not depend on it, and could begin before the choice is made. Add ${from} to depends_on of ${to}.`
  draft.issues.add('INVALID_BRANCH', pointer, message)
}

/** A node runs if one of its dependencies does, and no choice skips it. Never wrong about one that it tells, but does not find all. */
function checkReach(
  block: DraftBlock,
  own: ReadonlyMap<DraftNode, ReadonlyMap<DraftNode, ReadonlySet<string>>>,
  draft: Draft,
): void {
  const required = new Map<DraftNode, Requirements | null>()
  for (const node of block.order ?? []) {
    const before = node.dependencies.map((other) => required.get(other) as Requirements | null)
    const open = before.filter((one) => one !== null)
    if (before.length > 0 && open.length === 0) {
      required.set(node, null) // that its dependencies never run has been said
      continue
    }
    const inherited = either(open)
    const { all, clash } = both(inherited, own.get(node), node)
    required.set(node, clash ? null : all)
    if (!clash) continue
    const message = `Step ${describeValue(node.id)} can never run: ${clash}. Take it out of one of these branches.`
    draft.issues.add('UNREACHABLE_STEP', node.pointer, message)
  }
}

/** What holds whichever of several nodes has run. */
function either(all: readonly Requirements[]): Requirements {
  const [first, ...others] = all
  if (!first || others.length === 0) return first ?? new Map()
  const common = new Map<DraftNode, Set<string>>()
  for (const [chooser, branches] of first) {
    const sets = others.map((other) => other.get(chooser))
    if (sets.some((set) => set === undefined)) continue
    const union = new Set(branches)
    for (const set of sets) for (const branch of set as ReadonlySet<string>) union.add(branch)
    common.set(chooser, union)
  }
  return common
}

/** Both what is inherited and what is a node's own; `clash` says why there is nothing that satisfies them. */
function both(
  inherited: Requirements,
  own: ReadonlyMap<DraftNode, ReadonlySet<string>> | undefined,
  node: DraftNode,
): { all: Requirements; clash: string | null } {
  const all = new Map(inherited)
  for (const [chooser, branches] of own ?? []) {
    const isBoth = chooser.type === 'condition' && branches.size > 1
    // a condition skips all that its other branch names, also what both name
    const allowed = isBoth ? [NOT_RUN] : [...branches, NOT_RUN]
    const before = inherited.get(chooser)
    const left = before ? allowed.filter((branch) => before.has(branch)) : allowed
    if (left.length === 0) return { all, clash: clashOf(chooser, isBoth) }
    all.delete(chooser)
    all.set(chooser, new Set(left))
  }
  const mine = branchesOf(node.type, node.config).map(({ branch }) => branch)
  if (mine.length > 0) all.set(node, new Set(mine))
  while (all.size > MAX_FOLLOWED) all.delete(all.keys().next().value as DraftNode)
  return { all, clash: null }
}

function clashOf(chooser: DraftNode, isBoth: boolean): string {
  const shown = describeValue(chooser.id)
  return isBoth
    ? `it is in both branches of ${shown}, and each choice skips the other's`
    : `it comes after another branch of ${shown} than the one that it is in`
}

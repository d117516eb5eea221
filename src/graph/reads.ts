import type { PlannedBlock, PlannedNode, Templates } from './document/index.ts'
import { referencesOf } from './expression/index.ts'
import { type StepOutputs, setOutput } from './place.ts'

/** The ids of the steps that something reads; null if that is decided while it runs. */
type Reads = ReadonlySet<string> | null

const known = new WeakMap<PlannedNode, Reads>()

/** Of what a node, and the blocks in it, may read. */
export function outputsReadBy(node: PlannedNode, outputs: StepOutputs): StepOutputs {
  const reads = readsOf(node)
  const some: StepOutputs = {}
  for (const id of reads ?? Object.keys(outputs)) {
    if (Object.hasOwn(outputs, id)) setOutput(some, id, outputs[id]?.output)
  }
  return some
}

/** Names of the secrets that a node itself reads. */
export function secretsReadBy({ templates }: PlannedNode): string[] {
  const paths = [...templates.values()].flatMap((one) => referencesOf(one).map(({ path }) => path))
  const names = paths.flatMap(([root, name]) => (root === 'secrets' ? [String(name)] : []))
  return [...new Set(names)]
}

function readsOf(node: PlannedNode): Reads {
  const before = known.get(node)
  if (before !== undefined) return before
  const parts = [readByTemplates(node.templates), ...node.blocks.map(readsOfBlock)]
  const reads = unionOf(parts)
  known.set(node, reads)
  return reads
}

function readsOfBlock({ nodes }: PlannedBlock): Reads {
  return unionOf(nodes.map(readsOf))
}

function readByTemplates(templates: Templates): Reads {
  const ids = new Set<string>()
  for (const template of templates.values()) {
    for (const { path } of referencesOf(template)) {
      if (path[0] !== 'steps') continue
      if (path[1] === undefined) return null
      ids.add(String(path[1]))
    }
  }
  return ids
}

function unionOf(all: readonly Reads[]): Reads {
  const ids = new Set<string>()
  for (const reads of all) {
    if (reads === null) return null
    for (const id of reads) ids.add(id)
  }
  return ids
}

/** A piece of work that begins when those that it depends on have ended. */
export type DagNode = { readonly id: string; readonly dependsOn: readonly string[] }

/** Pieces of work by what they wait for. Whoever makes one has looked for unknown names and cycles (`findCycle`). */
export class Dag<N extends DagNode> {
  readonly nodes: readonly N[]
  readonly #places: ReadonlyMap<string, number>
  /** Of each node, by its place: the places of those that depend on it. */
  readonly dependents: readonly (readonly number[])[]
  /** Of each node, by its place: on how many others it depends. */
  readonly dependencies: Int32Array

  constructor(nodes: readonly N[]) {
    this.nodes = nodes
    this.#places = new Map(nodes.map(({ id }, place) => [id, place]))
    const dependents: number[][] = nodes.map(() => [])
    for (const [place, { dependsOn }] of nodes.entries()) {
      for (const id of new Set(dependsOn)) dependents[this.place(id)]?.push(place)
    }
    this.dependents = dependents
    this.dependencies = Int32Array.from(nodes, ({ dependsOn }) => new Set(dependsOn).size)
  }

  /** @throws Error for a node that is not there: those who make a dag have looked */
  place(id: string): number {
    const place = this.#places.get(id)
    if (place === undefined) throw new Error(`There is no node "${id}".`)
    return place
  }

  /** Ids of the nodes on which none depends, in their order. */
  get leaves(): readonly string[] {
    return this.nodes.flatMap(({ id }, place) => (this.dependents[place]?.length ? [] : [id]))
  }
}

/**
 * The ids along a cycle, the first one repeated at the end; null if there is none. Names that are not there
 * are passed by. Without recursion: a chain may have thousands of nodes.
 * @example findCycle([{ id: 'a', dependsOn: ['b'] }, { id: 'b', dependsOn: ['a'] }]) // ['a', 'b', 'a']
 */
export function findCycle(nodes: readonly DagNode[]): string[] | null {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const done = new Set<string>()
  for (const { id: root } of nodes) {
    const path: string[] = []
    const onPath = new Set<string>()
    const open: { id: string; next: number }[] = [{ id: root, next: 0 }]
    while (open.length > 0) {
      const top = open.at(-1) as { id: string; next: number }
      if (top.next === 0) {
        if (done.has(top.id)) {
          open.pop()
          continue
        }
        path.push(top.id)
        onPath.add(top.id)
      }
      const dependency = byId.get(top.id)?.dependsOn[top.next++]
      if (dependency === undefined) {
        open.pop()
        path.pop()
        onPath.delete(top.id)
        done.add(top.id)
      } else if (onPath.has(dependency)) {
        return [...path.slice(path.indexOf(dependency)), dependency]
      } else if (!done.has(dependency) && byId.has(dependency)) {
        open.push({ id: dependency, next: 0 })
      }
    }
  }
  return null
}

import type { SkipReason } from '../model/status.ts'
import type { Dag, DagNode } from './dag.ts'

/** A node has done its work; `untaken` are those that are skipped for what it decided. */
export type Completed = {
  readonly status: 'completed'
  readonly output: unknown
  readonly untaken?: readonly string[]
}

/** A node is not run. `cascades`: nor is any that depends on it, whatever else that depends on. */
export type Skipped = {
  readonly status: 'skipped'
  readonly reason: SkipReason
  readonly cascades: boolean
}

export type NodeEnd = Completed | Skipped
/** How the nodes have ended that have, by id. */
export type Ends = ReadonlyMap<string, NodeEnd>

/** What is done for the nodes of a dag. */
export interface Walker<N extends DagNode> {
  /**
   * All that it depends on has ended: it does its work, or finds that it is to be skipped. What it throws is
   * thrown by the walk, and nothing else begins.
   */
  perform(node: N, ends: Ends): Promise<NodeEnd>
  /** It will not be run, for what others decided. */
  skip(node: N, end: Skipped): Promise<void>
}

/**
 * Goes through a dag: each node begins once all that it depends on have ended, in the order of the nodes where
 * several may begin at once. Nothing but what the walker's promises tell decides, so a replay that hears of the
 * same ends in the same order goes the same way.
 * @returns how each node has ended
 * @throws what the walker throws
 */
export function walk<N extends DagNode>(dag: Dag<N>, walker: Walker<N>): Promise<Ends> {
  return new Promise((resolve, reject) => new Walk(dag, walker, resolve, reject).begin())
}

class Walk<N extends DagNode> {
  readonly #dag: Dag<N>
  readonly #walker: Walker<N>
  readonly #resolve: (ends: Ends) => void
  readonly #reject: (error: unknown) => void
  readonly #ends = new Map<string, NodeEnd>()
  /** How many of its dependencies have not ended, by place. */
  readonly #missing: Int32Array
  /** Those that run, are being skipped, or have ended. */
  readonly #begun: Uint8Array
  #over = false

  constructor(
    dag: Dag<N>,
    walker: Walker<N>,
    resolve: (ends: Ends) => void,
    reject: (error: unknown) => void,
  ) {
    this.#dag = dag
    this.#walker = walker
    this.#resolve = resolve
    this.#reject = reject
    this.#missing = dag.dependencies.slice()
    this.#begun = new Uint8Array(dag.nodes.length)
  }

  begin(): void {
    if (this.#dag.nodes.length === 0) return this.#resolve(this.#ends)
    for (const place of this.#dag.nodes.keys()) this.#run(place)
  }

  /** Begins it, if its time has come. */
  #run(place: number): void {
    if (this.#over || this.#begun[place] || this.#missing[place]) return
    this.#begun[place] = 1
    this.#follow(place, this.#walker.perform(this.#node(place), this.#ends))
  }

  #skip(place: number, end: Skipped): void {
    if (this.#over || this.#begun[place]) return
    this.#begun[place] = 1
    this.#follow(
      place,
      this.#walker.skip(this.#node(place), end).then(() => end),
    )
  }

  #follow(place: number, work: Promise<NodeEnd>): void {
    work.then(
      (end) => this.#end(place, end),
      (error: unknown) => {
        this.#over = true
        this.#reject(error)
      },
    )
  }

  #end(place: number, end: NodeEnd): void {
    if (this.#over) return
    this.#ends.set(this.#node(place).id, end)
    if (this.#ends.size === this.#dag.nodes.length) return this.#resolve(this.#ends)
    const dependents = this.#dag.dependents[place] ?? []
    for (const dependent of dependents) (this.#missing[dependent] as number)--
    if (end.status === 'completed') {
      for (const id of end.untaken ?? []) this.#skip(this.#dag.place(id), notTaken)
    } else if (end.cascades) {
      for (const dependent of dependents) this.#skip(dependent, dependencySkipped)
    }
    for (const dependent of dependents) this.#run(dependent)
  }

  #node(place: number): N {
    return this.#dag.nodes[place] as N
  }
}

const notTaken: Skipped = { status: 'skipped', reason: 'condition_unmet', cascades: false }
const dependencySkipped: Skipped = {
  ...{ status: 'skipped', reason: 'dependency_skipped', cascades: true },
}

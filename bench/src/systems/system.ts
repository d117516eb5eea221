/**
 * What a workflow does. `one` has one step, `ten` ten in sequence, `hundred` a hundred at once,
 * `nap` sleeps for a second, `echo` has a step that gives its input's payload, `fan` as many
 * parallel steps as its input says. `keyed`, `free` and `fair` are of Millrace alone: see millrace-limits.ts; and so
 * are those of flows and graphs: see flow-forms.ts.
 */
export type PeerShape = 'one' | 'ten' | 'hundred' | 'nap' | 'echo' | 'fan'
export type Shape = PeerShape | 'keyed' | 'free' | 'fair' | FlowShape
export type FlowShape =
  | 'chain'
  | 'chain_flow'
  | 'chain_graph'
  | 'items'
  | 'items_flow'
  | 'items_graph'
  | 'blocks_flow'
  | 'hundred_flow'
  | 'hundred_map'
  | 'hundred_graph'
  | 'six'
  | 'six_graph'

/** The input of every workflow: its number, and what its shape asks for beside it. */
export type Input = {
  k: number
  payload?: string
  items?: number
  key?: string
  /** When it was started, by the machine's clock, and in which trickle. */
  sent?: number
  round?: number
}

/** Options of one system, as its adapter understands them. */
export type Settings = Record<string, number | boolean>

/** What a worker's handlers tell the bench. */
export type Report = {
  /** A handler came to its end; its outcome may not be durable yet. */
  finished(): void
  /** Just before a sleep of a second; again on a replay, which is ignored. */
  asleep(k: number): void
  /** Just after it. */
  awake(k: number): void
}

/** Starts workflows from a process of its own. */
export type Driver = {
  /** Resolves when the start is durable. */
  start(shape: Shape, input: Input): Promise<unknown>
  /** Many in one call; only where the system offers it. */
  startMany?(shape: Shape, inputs: Input[]): Promise<unknown>
  /** Starts one and resolves when this process has seen its result. */
  roundTrip(shape: Shape, input: Input): Promise<unknown>
  /** One run of many steps that then waits, and is replayed; in ms. Only Millrace. */
  replay?(steps: number): Promise<{ runMs: number; replayMs: number }>
  stop(): Promise<void>
}

export type Worker = { stop(): Promise<void> }

/**
 * Idle latency under the system's own defaults, and under what answers fastest. Null: the settings
 * of all other workloads.
 */
export type LatencySettings = { byDefault: Settings | null; best: Settings | null }

/** One system under test: everything that the bench knows of it. */
export type System = {
  name: string
  /** A queue has neither steps nor results: it takes part in W4 and W6 only. */
  kind: 'engine' | 'queue'
  /** The npm package whose version is reported. */
  package: string
  shapes: readonly Shape[]
  /** What the sweep tries; the first is used where no sweep was made. */
  candidates: readonly Settings[]
  latency: LatencySettings
  /** Brings an empty database to where a user's would be: migrations, queues. */
  prepare(url: string): Promise<void>
  /** SQL that counts the completed ones of `n` that were started. */
  completed(n: number): string
  driver(url: string, settings: Settings): Promise<Driver>
  worker(url: string, settings: Settings, report: Report): Promise<Worker>
}

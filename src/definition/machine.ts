/** What a client knows of a machine: a definition of it, or a reference by name to one that lives elsewhere. */
export interface MachineRef<S extends string = string, T extends string = string> {
  readonly kind: 'machine'
  readonly id: string
  /** The version in which entities start; default: that put last. */
  readonly version?: string
  /** Never set: it only carries the types. */
  readonly '~machine'?: { state: S; transition: T }
}

// biome-ignore lint/suspicious/noExplicitAny: of whatever states and transitions
export type AnyMachineRef = MachineRef<any, any>

/** The states of a machine. @example StateOf<typeof ticket> // 'open' | 'working' | … */
// biome-ignore lint/suspicious/noExplicitAny: only the one is asked for
export type StateOf<M> = M extends MachineRef<infer S, any> ? S : string

/** The transitions of a machine. @example TransitionOf<typeof ticket> // 'take' | 'solve' | … */
// biome-ignore lint/suspicious/noExplicitAny: only the one is asked for
export type TransitionOf<M> = M extends MachineRef<any, infer T> ? T : string

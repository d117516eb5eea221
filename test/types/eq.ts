/** True where both types are the same, not merely assignable to each other. */
export type Eq<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for `ok<Eq<…>>()` of equal types. */
export const ok = <T extends true>(): T | undefined => undefined

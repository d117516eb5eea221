/** A step with a name of its own, as far as those know that only call it by its name. */
export interface NamedStep {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: what it takes is known to its author
  readonly handler: (input: any, ctx: any) => unknown
  readonly options: object
}

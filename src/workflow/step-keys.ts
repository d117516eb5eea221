/** The keys of the steps of one run: a step's id, and from the second call with that id on a count. */
export class StepKeys {
  readonly #calls = new Map<string, number>()

  next(stepId: string): string {
    const call = (this.#calls.get(stepId) ?? 0) + 1
    this.#calls.set(stepId, call)
    return call === 1 ? stepId : `${stepId}#${call}`
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { InvalidInputError } from '../model/errors.ts'

/** The step whose handler is at work in this chain of calls. */
const inside = new AsyncLocalStorage<string | undefined>()

/** Runs a step's handler. */
export function insideStep<T, Args extends unknown[]>(
  key: string,
  handler: (...args: Args) => T,
  ...args: Args
): T {
  return inside.run(key, handler, ...args)
}

/** Runs a workflow's handler, also where a step of another run has started it. */
export function outsideSteps<T>(work: () => T): T {
  return inside.run(undefined, work)
}

/**
 * A step inside a step would be recorded beside it, and no replay would ask for it: the outer one
 * gives its result without being run.
 * @throws InvalidInputError
 */
export function refuseInside(id: unknown): void {
  const outer = inside.getStore()
  if (outer === undefined) return
  const message = `Step "${String(id)}" was called inside step "${outer}".`
  const remedy = 'Call it before or after, in the workflow itself, or make it plain code.'
  throw new InvalidInputError(`${message} ${remedy}`, { details: { outer, inner: String(id) } })
}

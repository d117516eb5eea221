import { createHash } from 'node:crypto'
import type { Definition, DefinitionDocument } from '../../src/definition/definition.ts'
import { type StepBaseContext, workflow } from '../../src/index.ts'

/** What a shape is made of: a step for each name, and a wait for the signal `go` where it is `wait`. */
export type Shape = readonly string[]
type Handlers = Readonly<Record<string, (input: unknown) => unknown>>

/** The document of a shape. */
export function documentOf(shape: unknown): DefinitionDocument {
  const text = JSON.stringify(shape)
  return { text, hash: createHash('sha256').update(text).digest('hex') }
}

/** The version that a shape has without one of its own. */
export function versionOf(shape: unknown): string {
  return `s-${documentOf(shape).hash.slice(0, 12)}`
}

/**
 * As small a flow as there can be: its shape is its document, its handlers are code. It takes up another shape of
 * which it has all handlers.
 */
export function tinyFlow(
  id: string,
  shape: Shape,
  handlers: Handlers,
  version = versionOf(shape),
): Definition {
  return {
    ...workflow(id, ({ step, input }) => walk(shape, handlers, step, input), { version }),
    kind: 'flow',
    document: documentOf(shape),
    revive(text, other) {
      const old = JSON.parse(text) as Shape
      const hasAll = old.every((name) => name === 'wait' || Object.hasOwn(handlers, name))
      return hasAll ? tinyFlow(id, old, handlers, other) : null
    },
  }
}

async function walk(
  shape: Shape,
  handlers: Handlers,
  step: StepBaseContext,
  input: unknown,
): Promise<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {}
  for (const name of shape) {
    outputs[name] =
      name === 'wait'
        ? await step.waitFor(name, { eventName: 'go' })
        : await step.run(name, () => handlers[name]?.(input))
  }
  return outputs
}

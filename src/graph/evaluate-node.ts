import type { Json } from '../model/json.ts'
import { fillTemplates, type PlannedNode, type Templates } from './document/index.ts'
import { evaluateTemplate, renderTemplate, type Scope } from './expression/index.ts'
import { nodeFailed } from './node-error.ts'
import type { Place } from './place.ts'

/** Of the secrets that a node reads, by name. */
export type Secrets = Readonly<Record<string, string>>

/** What the expressions of a node may read. */
export function scopeOf({ names, outputs, items }: Place, secrets: Secrets = {}): Scope {
  return { ...names, steps: outputs, secrets, ...items }
}

/**
 * A part of a node's configuration with its templates evaluated.
 * @param name of the part: `'url'`
 * @throws ExpressionError
 */
export function fieldOf(
  node: PlannedNode,
  name: string,
  place: Place,
  scope: Scope = scopeOf(place),
): Json | undefined {
  const part = (node.node.config as Record<string, Json>)[name]
  if (part === undefined) return undefined
  return fillTemplates(part, node.templates, `/${name}`, (one) => evaluateTemplate(one, scope))
}

/** The same as text, where a document of the Workflow Automation Engine means one. @throws ExpressionError */
export function fieldTextOf(node: PlannedNode, name: string, place: Place): Json {
  const [part, scope] = [(node.node.config as Record<string, Json>)[name] as Json, scopeOf(place)]
  return fillTemplates(part, node.templates, `/${name}`, (one) => renderTemplate(one, scope))
}

/**
 * What a node that waits, or chooses what runs, makes of its configuration.
 * @throws StepFailedError if an expression cannot be evaluated, or what it gives cannot be used
 */
export function decide<T>(node: PlannedNode, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw nodeFailed(node.id, error)
  }
}

/** The output of a document, its templates evaluated. @throws StepFailedError */
export function decideOutput(value: Json, templates: Templates, scope: Scope): Json {
  try {
    return fillTemplates(value, templates, '/output', (one) => evaluateTemplate(one, scope))
  } catch (error) {
    throw nodeFailed('output', error)
  }
}

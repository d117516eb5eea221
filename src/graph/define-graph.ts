import type { Definition, DefinitionNeeds } from '../definition/definition.ts'
import type { Json } from '../model/json.ts'
import { jsonbHash } from '../model/jsonb-text.ts'
import { defineWorkflow } from '../workflow/define-workflow.ts'
import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { AllWorkflowOptions } from '../workflow/workflow-options.ts'
import {
  type GraphDocument,
  type GraphPlan,
  loadGraphText,
  planGraph,
  toSchema,
} from './document/index.ts'
import { hasParts, makePart } from './part.ts'
import { runGraph } from './run-graph.ts'

/** Rows of a run's history: its nodes and their items bound it, and it cannot continue as new. */
const MAX_ROWS = 100_000

/**
 * A workflow from a document: an object, or text of JSON or YAML. Without a version of its own, another content
 * is another version.
 * @throws DefinitionError (MR030) with every issue, each with its JSON pointer and, in text, line and column
 * @example const greet = defineGraph(`
 * $schema: https://millrace.dev/schema/graph.json
 * name: greet
 * steps:
 *   - { id: hello, type: transform, config: { expression: "Hello {{ trigger.data.name }}" } }
 * `)
 */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and gives is known when it runs
export function defineGraph(source: GraphDocument | string): Definition<any, any> {
  return makeGraph(planGraph(source))
}

/**
 * The same of a file of JSON or YAML.
 * @throws DefinitionError (MR030) with every issue; what the file system throws
 * @example const order = await loadGraph('workflows/order.yaml')
 */
// biome-ignore lint/suspicious/noExplicitAny: as in defineGraph
export async function loadGraph(path: string): Promise<Definition<any, any>> {
  return makeGraph(planGraph(await loadGraphText(path)))
}

/** @param version of the document, if it has none of its own: as which it was stored */
export function makeGraph(plan: GraphPlan, version?: string): Definition {
  // it goes to the webhook of the graph, and is no part of what is stored, shown and compared
  const { webhook_secret: webhookSecret, ...source } = plan.source as Record<string, Json>
  // as which version it is stored is no part of its content, in SQL neither
  const { version: _, ...content } = source
  const hash = jsonbHash(content)
  const mine = version ?? plan.document.version ?? `s-${hash.slice(0, 12)}`
  const handler = (ctx: WorkflowContext) => runGraph(plan, ctx)
  const workflow = defineWorkflow(plan.workflowId, handler, optionsOf(plan, mine), [])
  return Object.freeze({
    ...workflow,
    kind: 'graph' as const,
    document: {
      ...{ text: JSON.stringify(source), hash },
      ...(webhookSecret === undefined ? {} : { webhookSecret: webhookSecret as string | null }),
    },
    revive: (text: string, old: string) => makeGraph(planGraph(text), old),
    needs: needsOf(plan),
    ...(hasParts(plan) ? { parts: [makePart(plan, mine)] } : {}),
  })
}

function needsOf({ byId }: GraphPlan): DefinitionNeeds {
  const names = (type: 'step' | 'sql', field: string) => {
    const nodes = [...byId.values()].filter((node) => node.type === type)
    return [
      ...new Set(nodes.map(({ node }) => (node.config as Record<string, string>)[field] as string)),
    ]
  }
  return { steps: names('step', 'step'), statements: names('sql', 'statement') }
}

function optionsOf(plan: GraphPlan, version: string): AllWorkflowOptions {
  const { input_schema: schema } = plan.document
  const schedule = scheduleOf(plan.document)
  return {
    ...{ version, maxSteps: MAX_ROWS },
    ...(plan.timeoutMs === undefined ? {} : { timeout: plan.timeoutMs }),
    ...(schema === undefined ? {} : { inputSchema: toSchema(schema) }),
    ...(schedule === undefined ? {} : { schedule }),
  }
}

function scheduleOf(document: GraphDocument): { cron: string; timezone: string } | undefined {
  const { trigger_type: type, trigger_config: config, is_active: isActive } = document
  if (type !== 'cron' || isActive === false) return undefined
  const { cron_expression: cron, timezone } = config as {
    cron_expression: string
    timezone?: string
  }
  return { cron, timezone: timezone ?? 'UTC' }
}

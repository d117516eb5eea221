import type { Definition } from '../../definition/definition.ts'
import { DefinitionError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { planGraph } from '../document/index.ts'
import { diffVersions } from './diff-versions.ts'
import { versionedDocument } from './document-version.ts'
import { type DryRunStep, dryRunPlan } from './dry-run.ts'
import { dryRunShape } from './dry-run-flow.ts'
import { type DocumentFormat, exportDocument } from './export-document.ts'

/**
 * The document of a graph or a machine, without loss: JSON or YAML that `defineGraph` or `defineMachine` reads, or the statement of SQL that stores it
 * elsewhere. Of a flow its shape, as the database has it: to read and to compare, for its steps are code.
 * @throws DefinitionError for functions, which are code alone, and for SQL of a flow, which `compileFlow` writes
 * @example await writeFile('order.yaml', exportDefinition(order, 'yaml'))
 */
export function exportDefinition(definition: Definition, format: DocumentFormat): string {
  const { kind, version, document } = definition
  const machine = kind === 'machine' ? documentOf(definition) : null
  const shape = machine ?? (format === 'sql' ? null : shapeOf(definition))
  const found = shape ?? graphOf(definition, `be exported as ${format}`)
  const hash = document?.hash ?? ''
  return exportDocument(versionedDocument({ kind, version, document: found, hash }), format)
}

/**
 * What another definition does differently, in words, one change a line. Of graphs, flows and machines it compares what
 * they are, of others only their names and versions.
 * @example diffDefinitions(stored, order) // ['step "pay" now depends on "check"', 'step "mail" added (http, …)']
 */
export function diffDefinitions(before: Definition, after: Definition): string[] {
  const [old, young] = [documentOf(before), documentOf(after)]
  const isSame = before.kind === after.kind && old !== null && young !== null
  const changes = isSame
    ? diffVersions({ ...before, document: old }, { ...after, document: young })
    : []
  if (isSame && after.kind !== 'flow') return changes
  const names = (['kind', 'id'] as const).filter((key) => before[key] !== after[key])
  const lines = names.map((key) => `${key}: "${before[key]}", now "${after[key]}"`)
  if (isSame) return [...lines, ...changes]
  return before.version === after.version
    ? lines
    : [...lines, `version: "${before.version}", now "${after.version}"`]
}

/**
 * The nodes of a graph, or the steps of a flow, in an order in which they could run, by layers, and what each would
 * wait for. Nothing is run, and nobody is asked.
 * @param input what a start would give: choices and conditions that read nothing else are then made
 * @throws DefinitionError for a function: only running it tells what it does
 * @example dryRun(order, { amount: 50 }).filter((step) => !step.isSkipped)
 */
export function dryRun(definition: Definition, input?: Json): DryRunStep[] {
  const shape = shapeOf(definition)
  if (shape !== null) return dryRunShape(shape as unknown as FlowSteps, input)
  return dryRunPlan(planGraph(graphOf(definition, 'be run dry')), input)
}

function documentOf({ document }: Definition): Json | null {
  return document === undefined ? null : (JSON.parse(document.text) as Json)
}

type FlowSteps = Parameters<typeof dryRunShape>[0]

/** What a flow is; null for all else. */
function shapeOf(definition: Definition): Json | null {
  return definition.kind === 'flow' ? documentOf(definition) : null
}

function graphOf(definition: Definition, what: string): Json {
  const document = documentOf(definition)
  if (definition.kind === 'graph' && document !== null) return document
  const who = what.endsWith('sql') ? 'only graphs can' : 'only graphs and flows can'
  throw new DefinitionError(
    `Workflow "${definition.id}" is a ${definition.kind}; ${who} ${what}.`,
    { workflowId: definition.id },
  )
}

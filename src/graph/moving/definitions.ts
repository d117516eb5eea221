import { compareShapes } from '../../definition/compare-shapes.ts'
import type { Definition } from '../../definition/definition.ts'
import { DefinitionError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { planGraph } from '../document/index.ts'
import { diffDocuments } from './diff-documents.ts'
import { type DryRunStep, dryRunPlan } from './dry-run.ts'
import { type DocumentFormat, exportDocument } from './export-document.ts'

/**
 * The document of a graph, without loss: JSON or YAML that `defineGraph` reads, or the statement of SQL that stores it
 * elsewhere.
 * @throws DefinitionError if the definition is no graph: `compileFlow` writes flows as SQL, functions are code
 * @example await writeFile('order.yaml', exportDefinition(order, 'yaml'))
 */
export function exportDefinition(definition: Definition, format: DocumentFormat): string {
  return exportDocument(graphOf(definition, 'be exported'), format)
}

/**
 * What another definition does differently, in words, one change a line. Of graphs and flows it compares what they
 * are, of others only their names and versions.
 * @example diffDefinitions(stored, order) // ['step "pay" now depends on "check"', 'step "mail" added (http, …)']
 */
export function diffDefinitions(before: Definition, after: Definition): string[] {
  const [old, young] = [documentOf(before), documentOf(after)]
  const isSame = before.kind === after.kind && old !== null && young !== null
  if (isSame && after.kind === 'graph') return diffDocuments(old, young)
  const names = (['kind', 'id'] as const).filter((key) => before[key] !== after[key])
  const lines = names.map((key) => `${key}: "${before[key]}", now "${after[key]}"`)
  if (isSame) return [...lines, ...compareShapes(old, young)]
  return before.version === after.version
    ? lines
    : [...lines, `version: "${before.version}", now "${after.version}"`]
}

/**
 * The nodes of a graph in an order in which they could run, by layers, and what each would wait for. Nothing is run,
 * and nobody is asked.
 * @param input what a start would give: choices that read nothing else are then made
 * @throws DefinitionError if the definition is no graph: only running a function tells what it does
 * @example dryRun(order, { amount: 50 }).filter((step) => !step.isSkipped)
 */
export function dryRun(definition: Definition, input?: Json): DryRunStep[] {
  return dryRunPlan(planGraph(graphOf(definition, 'be run dry')), input)
}

function documentOf({ document }: Definition): Json | null {
  return document === undefined ? null : (JSON.parse(document.text) as Json)
}

function graphOf(definition: Definition, what: string): Json {
  const document = documentOf(definition)
  if (definition.kind === 'graph' && document !== null) return document
  throw new DefinitionError(
    `Workflow "${definition.id}" is a ${definition.kind}; only graphs can ${what}. Give one that defineGraph, loadGraph or compose has made.`,
    { workflowId: definition.id },
  )
}

import type { Definition } from '../definition/definition.ts'
import type { Json } from '../model/json.ts'
import { makeGraph } from './define-graph.ts'
import { type GraphIssue, planGraph, validateGraph } from './document/index.ts'

/**
 * Makes a definition of a stored graph, for a worker that has it from the database.
 * @param text the document, as it is stored
 * @throws DefinitionError with every issue of the document
 */
export async function loadDefinition(text: string, version: string): Promise<Definition> {
  return makeGraph(planGraph(text), version)
}

/**
 * A document of JSON or YAML, once it is known to be a graph.
 * @param path of its file, as errors name it
 * @throws DefinitionError with every issue
 */
export async function readDocument(text: string, path?: string): Promise<Json> {
  return planGraph(text, {}, path).source
}

/**
 * What the text of a file is: a graph, or all that is wrong with it.
 * @example const { definition, problems } = await checkDocument(text)
 */
export async function checkDocument(
  text: string,
): Promise<{ definition: Definition | null; problems: readonly GraphIssue[] }> {
  const problems = validateGraph(text)
  return { definition: problems.length > 0 ? null : makeGraph(planGraph(text)), problems }
}

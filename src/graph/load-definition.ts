import type { Definition } from '../definition/definition.ts'
import { DefinitionError } from '../model/errors.ts'

/**
 * Makes a definition of a stored graph, for a worker that has it from the database.
 * @param text the document, as it is stored
 * @throws DefinitionError with every issue of the document
 */
export async function loadDefinition(_text: string, version: string): Promise<Definition> {
  throw new DefinitionError(`This package cannot run stored graphs yet (version "${version}").`)
}

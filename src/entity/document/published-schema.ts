import { durationSchema, objectSchema } from '../../graph/document/published-schema.ts'
import type { Json } from '../../model/json.ts'
import { machineFields } from './machine-fields.ts'

/** Where the schema of machines is published; `$schema` of a document names it. */
export const MACHINE_SCHEMA_URL = 'https://millrace.dev/schema/machine.json'

/**
 * The JSON Schema of the documents of machines, for editors; made of the descriptions that the validator uses. What a
 * schema cannot say, only `validateMachine` finds: names that do not exist, ways, expressions.
 */
export function machineJsonSchema(): { [key: string]: Json } {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: MACHINE_SCHEMA_URL,
    title: 'A machine of Millrace: states and transitions of rows of a table',
    ...objectSchema(machineFields),
    definitions: { duration: durationSchema() },
  }
}

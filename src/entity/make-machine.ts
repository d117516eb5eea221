import type { RunHandle } from '../definition/definition.ts'
import { InvalidInputError } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import { jsonbHash } from '../model/jsonb-text.ts'
import { readMachine } from './document/read-machine.ts'
import type { Machine } from './machine.ts'

/**
 * A machine of a document: an object, or text of JSON or YAML.
 * @param path of its file, as errors name it
 * @param stored the version as which it was put; default: the document's, else 1
 * @throws DefinitionError (MR030) with every issue
 */
export function makeMachine(source: unknown, path?: string, stored?: string): Machine {
  const { document, notes } = readMachine(source, path)
  const { name: id, version, ...rest } = document.workflow
  // as SQL computes it: the same content is the same version, whoever stores it under its name
  const content = { ...document, workflow: { name: id, ...rest } }
  return Object.freeze({
    kind: 'machine' as const,
    id,
    version: stored ?? version ?? '1',
    defaults: {},
    document: { text: JSON.stringify(document), hash: jsonbHash(content as unknown as Json) },
    notes,
    revive: (text: string, old: string) => makeMachine(text, undefined, old),
    run: (): RunHandle => refuseRun(id),
  })
}

function refuseRun(id: string): never {
  throw new InvalidInputError(
    `Machine "${id}" has no runs: entities move through its states. Call client.entity(machine, id).start(), or millrace.start_entity in SQL.`,
    { workflowId: id },
  )
}

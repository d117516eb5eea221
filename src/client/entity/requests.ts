import type { EntityStart, EntityTransition } from '../../kernel/entities.ts'
import type { SqlOptions } from '../../kernel/runs.ts'
import { checkActor } from '../../model/actor.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { decodePayload, encodePayload } from '../../model/json.ts'
import { MAX_KEY } from '../../model/limits.ts'
import { checkName, checkText } from '../../model/names.ts'
import { checkOptionNames } from '../../model/options.ts'
import { isUuid } from '../../model/run-id.ts'
import { describeValue } from '../../model/text.ts'
import type { Asker, StartEntity, TransitionQuery, TransitionRequest } from './entity.ts'
import { type EntityName, queryNames, startNames } from './names.ts'

/** Which instance: by its id, or by its entity. */
export type Which = { instanceId: string } | EntityName

/** @throws InvalidInputError */
export function checkInstanceId(id: unknown): string {
  if (typeof id === 'string' && isUuid(id)) return id
  throw new InvalidInputError(
    `instanceId ${describeValue(id)} is not a UUID. Give the id of an instance as start() returned it.`,
  )
}

/** An instance as SQL reads take it: its id, and else the entity among the options. */
export function place(which: Which): { instance: string | null; options: SqlOptions } {
  if ('instanceId' in which) return { instance: checkInstanceId(which.instanceId), options: {} }
  const { machine, table, entityId } = which
  return { instance: null, options: { entity: { machine, table, id: entityId } } }
}

/** Who asks, as SQL takes it. @throws InvalidInputError */
export function encodeAsker({ by, claimedBy, roles }: Asker): {
  by: string | null
  rest: SqlOptions
} {
  if (by !== undefined) checkActor('by', by)
  if (claimedBy !== undefined) checkActor('claimedBy', claimedBy)
  if (roles !== undefined && !(Array.isArray(roles) && roles.every((r) => typeof r === 'string')))
    throw new InvalidInputError(`roles ${describeValue(roles)} is not an array of texts.`)
  return { by: by ?? null, rest: { claimed_by: claimedBy, roles } }
}

/** @throws InvalidInputError, PayloadError */
export function encodeStart(
  name: EntityName,
  version: string | undefined,
  options: StartEntity,
  request: string,
): { item: EntityStart; bytes: number } {
  checkOptionNames('a start of an entity', options, startNames)
  const asked = options.version ?? version
  if (asked !== undefined) checkName('version', asked)
  const { ifExists } = options
  if (ifExists !== undefined && ifExists !== 'fail' && ifExists !== 'return')
    throw new InvalidInputError(`ifExists ${describeValue(ifExists)} is not 'fail' or 'return'.`)
  const { by, rest } = encodeAsker(options)
  const { fields, bytes } = encodeFields({ metadata: options.metadata, context: options.context })
  const item = {
    machine: name.machine,
    version: asked ?? null,
    entity_table: name.table ?? null,
    entity_id: name.entityId,
    by,
    options: {
      ...rest,
      ...fields,
      notes: encodeNotes(options.notes),
      request: options.idempotencyKey === undefined ? request : checkKey(options.idempotencyKey),
      if_exists: ifExists,
    },
  }
  return { item, bytes }
}

/** What would be allowed to whom, as SQL takes it. @throws InvalidInputError, PayloadError */
export function encodeQuery(query: TransitionQuery): SqlOptions {
  checkOptionNames('transitions', query, queryNames)
  const { by, rest } = encodeAsker(query)
  const { fields } = encodeFields({ metadata: query.metadata, context: query.context })
  return { by, roles: rest.roles, notes: encodeNotes(query.notes), ...fields }
}

/** @throws InvalidInputError, PayloadError */
export function encodeTransition(
  which: Which,
  target: { name: string } | { state: string },
  request: TransitionRequest,
  drawn: string,
): { item: EntityTransition; bytes: number } {
  const { instance, options } = place(which)
  const { by, rest } = encodeAsker(request)
  const { metadata, context, set, expectedState } = request
  const { fields, bytes } = encodeFields({ metadata, context, set })
  const key = request.idempotencyKey
  const item = {
    instance_id: instance,
    name: 'name' in target ? checkName('transition', target.name) : null,
    to_state: 'state' in target ? checkName('state', target.state) : null,
    by,
    idempotency_key: key === undefined ? drawn : checkKey(key),
    options: {
      ...rest,
      ...fields,
      ...options,
      notes: encodeNotes(request.notes),
      expected_state:
        expectedState === undefined ? undefined : checkName('expectedState', expectedState),
    },
  }
  return { item, bytes }
}

function checkKey(key: unknown): string {
  const text = checkText('idempotencyKey', key, MAX_KEY)
  if (!text.startsWith('$')) return text
  throw new InvalidInputError(
    `The idempotencyKey ${describeValue(text)} begins with "$", as those do that the engine draws. Choose another one.`,
  )
}

/** As they are now: who changes them meanwhile changes nothing that is sent. */
function encodeFields(given: Record<string, unknown>): { fields: SqlOptions; bytes: number } {
  const fields: SqlOptions = {}
  let bytes = 0
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InvalidInputError(`${name} ${describeValue(value)} is not an object.`)
    const text = encodePayload(value, { what: `the ${name} of an entity` }) as string
    bytes += text.length
    fields[name] = decodePayload(text)
  }
  return { fields, bytes }
}

function encodeNotes(notes: unknown): string | undefined {
  if (notes === undefined || (typeof notes === 'string' && notes === '')) return undefined
  if (typeof notes !== 'string')
    throw new InvalidInputError(`notes ${describeValue(notes)} is not a text.`)
  encodePayload(notes, { what: 'the notes' })
  return notes
}

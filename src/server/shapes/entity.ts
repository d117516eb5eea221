import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Asker, StartEntity, TransitionRequest } from '../../client/entity/entity.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { listWords } from '../../model/text.ts'
import type { ServerEnv } from '../server-parts.ts'
import { describeUnknown } from '../unknown-keys.ts'
import { anything } from './anything.ts'
import { instant } from './instant.ts'
import { toBody, toOptions } from './to-body.ts'

const text = z.string().min(1).max(256)
const fields = z.record(z.string(), z.unknown())
const seq = z.string().openapi({ description: 'From 1, without gaps.' })

const instance = {
  id: z.string().openapi({ description: 'Of the instance.' }),
  machine: z.string(),
  version: z.string().openapi({ description: 'Of the machine, on which it is.' }),
  table: z.string(),
  entity_id: z.string(),
  state: z.string(),
  status: z.enum(['live', 'completed']),
  metadata: fields,
  seq: seq.openapi({ description: 'Of its last row of history.' }),
  entered_at: instant.openapi({ description: 'When it came into its state.' }),
  due_at: instant.nullable().openapi({ description: 'When a timer moves it.' }),
  created_at: instant,
  updated_at: instant,
  completed_at: instant.nullable(),
  timer: z
    .object({ tries: z.int(), problem: z.string() })
    .nullable()
    .openapi({ description: 'Why its timer did not move it, and how often it has tried.' }),
}

/** An instance of a machine: where an entity stands. */
export const EntityBody = z.object(instance).openapi('Entity')

/** One that is in its state for too long. */
export const LateEntity = z
  .object({
    ...instance,
    sla_ms: z.number(),
    late_ms: z.number().openapi({ description: 'Milliseconds beyond it.' }),
  })
  .openapi('LateEntity')

/** What a start made or found. */
export const StartedEntityBody = z
  .object({
    id: z.string().openapi({ description: 'Of the instance.' }),
    state: z.string(),
    started: z.boolean().openapi({ description: 'False: it was there.' }),
  })
  .openapi('StartedEntity')

/** What a transition did. */
export const Transitioned = z
  .object({
    instance_id: z.string(),
    seq,
    from: z.string(),
    state: z.string().openapi({ description: 'In which it is now.' }),
    name: z.string().openapi({ description: 'Of the transition.' }),
    at: instant,
    repeated: z
      .boolean()
      .openapi({ description: 'It was done before, under the same idempotency_key.' }),
  })
  .openapi('Transitioned')

/** A transition that leaves the state. */
export const TransitionBody = z
  .object({
    id: z.string(),
    name: z.string(),
    to: z.string(),
    allowed: z.boolean().openapi({ description: 'Whether who asks may do it now.' }),
    reason: z.string().nullable().openapi({ description: 'Why not.' }),
    context: anything,
    conditions: anything,
    not_enforced: z.array(z.string()).openapi({ description: 'Conditions that nobody enforces.' }),
    state_metadata: anything,
  })
  .openapi('EntityTransition')

/** A row of the trail. */
export const HistoryBody = z
  .object({
    seq,
    from: z.string().nullable().openapi({ description: 'Null: the start.' }),
    to: z.string(),
    transition: z.string().nullable(),
    executed_by: z.string().openapi({ description: 'Who was authenticated.' }),
    claimed_by: z
      .string()
      .nullable()
      .openapi({ description: 'Who the caller said that it was for; not checked.' }),
    notes: z.string().nullable(),
    context: anything,
    metadata: anything,
    at: instant,
    spent_ms: z.number().nullable().openapi({ description: 'In the state that it left.' }),
    version: z.string(),
    hash: z.string(),
  })
  .openapi('EntityHistory')

/** Whether a trail is whole. */
export const VerifiedBody = z
  .object({
    ok: z.boolean(),
    broken_at: z.string().nullable().openapi({ description: 'The first row that is wrong.' }),
    problem: z.string().nullable(),
    rows: z.int(),
  })
  .openapi('VerifiedHistory')

/** What of these is the user's own. */
const opaque = ['metadata', 'context', 'conditions', 'stateMetadata']

/** What the client tells of an entity, as it is sent. */
export function entityBody(one: object): Record<string, unknown> {
  return toBody(one, opaque) as Record<string, unknown>
}

/**
 * What a request about entities takes. Who asks and its roles are those of the key or token, whatever its scopes: the
 * trail could else be made to name anybody.
 */
export function strictly<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? sayUnknown(issue.keys as string[], Object.keys(shape))
        : undefined,
  })
}

function sayUnknown(keys: readonly string[], known: readonly string[]): string {
  const asker = keys.filter((key) => /^(by|roles?)$/.test(key))
  if (asker.length > 0)
    return `${listWords(asker, 'and')} cannot be said here: who asks, and its roles, are those of the key or token. Leave it out, and say who it is for as claimed_by.`
  return describeUnknown(keys, known)
}

/** Who the caller says that something is done for. */
export const claim = {
  claimed_by: text.optional().openapi({
    description:
      'Who the caller says that it is for; not checked. Stands beside `executed_by` in the trail.',
  }),
}
const common = {
  notes: z.string().max(65_536).optional(),
  context: fields.optional().openapi({ description: 'What conditions look at; in the trail.' }),
  idempotency_key: text.optional(),
}

/** What a start takes. */
export const StartEntityBody = strictly({
  ...claim,
  ...common,
  metadata: fields.optional().openapi({ description: 'Of the entity, from now on.' }),
  version: z.string().max(128).optional(),
  if_exists: z
    .enum(['fail', 'return'])
    .optional()
    .openapi({ description: 'If a live instance is there already.' }),
})

/** What a transition takes. */
export const MoveBody = strictly({
  name: z.string().max(128).optional().openapi({ description: 'Of the transition; or to_state.' }),
  to_state: z.string().max(128).optional(),
  ...claim,
  ...common,
  metadata: fields.optional().openapi({ description: 'In the trail.' }),
  set: fields.optional().openapi({ description: "Merged into the entity's metadata." }),
  expected_state: z
    .string()
    .max(128)
    .optional()
    .openapi({ description: 'If it is in another state: 409.' }),
})

/** Who asks: the principal, and the roles that it has. */
export function askerOf(c: Context<ServerEnv>): Required<Pick<Asker, 'by' | 'roles'>> {
  const { subject, roles } = c.var.principal
  return { by: subject, roles: [...roles] }
}

/** A start as the client takes it. */
export function toStart(
  c: Context<ServerEnv>,
  body: z.output<typeof StartEntityBody>,
): StartEntity {
  return { ...(toOptions(body) as StartEntity), ...askerOf(c) }
}

/** A transition as the client takes it, with the name of one or the state. @throws InvalidInputError without, or with both */
export function toMove(
  c: Context<ServerEnv>,
  body: z.output<typeof MoveBody>,
): { target: { name: string } | { toState: string }; request: TransitionRequest } {
  const { name, to_state: toState, ...rest } = body
  if ((name === undefined) === (toState === undefined))
    throw new InvalidInputError(
      'A transition is asked for by its name, or by the state that it goes to. Give name or to_state, one of the two.',
    )
  const request = { ...(toOptions(rest) as TransitionRequest), ...askerOf(c) }
  return { target: name !== undefined ? { name } : { toState: toState as string }, request }
}

import { z } from 'zod'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { InvalidInputError } from '../../model/errors.ts'
import type { McpCaller } from '../caller.ts'
import type { Args, Tool } from '../tool.ts'
import { camel, maxChars, page } from './arguments.ts'

const machine = z.string().describe('A machine, as get_workflows lists it (kind machine).')
const fields = z.record(z.string(), z.unknown())
const claimedBy = z
  .string()
  .optional()
  .describe(
    'Who the caller says that it is for; not checked. Stands in the history beside who did it.',
  )

/** Which instance: by its id, or by the entity and its machine. */
const which = {
  instance_id: z.string().optional().describe('Of get_entities; else machine and entity_id.'),
  machine: machine.optional(),
  entity_id: z.string().optional().describe('The id of the row in its own table.'),
  table: z.string().optional().describe("Default: that of the machine's document."),
}

/** Entities in machines: where they stand, and what moves them. */
export const entityTools: readonly Tool[] = [
  {
    name: 'get_entities',
    title: 'List entities',
    description:
      'Lists the entities (orders, tickets, …) that are in state machines, newest first: where each stands and since when. get_workflows lists the machines, get_definition describes one.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({
      machine: machine.optional(),
      state: z.string().optional(),
      status: z.enum(['live', 'completed']).optional(),
      table: which.table,
      entity_id: which.entity_id,
      version: z.string().optional(),
      ...page(100, 20),
    }),
    async run({ client }, args) {
      const { items, nextCursor, hasMore } = await client.getEntities(camel(args))
      return { entities: items, nextCursor, hasMore }
    },
  },
  {
    name: 'get_entity',
    title: 'Describe an entity',
    description:
      'Describes an entity in a machine: its state, its metadata, and where it may go from there: for each transition whether it is allowed now, and why not. Read it before transition.',
    scope: 'runs:read',
    effect: 'read',
    payload: 4000,
    input: z.strictObject({ ...which, max_chars: maxChars }),
    async run(caller, args) {
      const entity = await caller.client.getEntity({ instanceId: await find(caller.client, args) })
      const asked = { instanceId: entity.id, ...askerOf(caller) }
      return { ...entity, transitions: await caller.client.getTransitions(asked) }
    },
  },
  {
    name: 'get_history',
    title: 'History of an entity',
    description: 'Who moved an entity through its machine, when and why: oldest first.',
    scope: 'runs:read',
    effect: 'read',
    payload: 1000,
    input: z.strictObject({ ...which, ...page(100, 20), max_chars: maxChars }),
    async run({ client }, args) {
      const { limit, cursor } = args
      const asked = { instanceId: await find(client, args), ...camel({ limit, cursor }) }
      const { items, nextCursor, hasMore } = await client.getHistory(asked)
      return { entries: items, nextCursor, hasMore }
    },
  },
  {
    name: 'start_entity',
    title: 'Put an entity into a machine',
    description:
      'Puts an entity into the initial state of a machine. There is one live instance of an entity in a machine: if it is there, this is refused, or gives it with if_exists: return.',
    scope: 'runs:write',
    effect: 'add',
    payload: 1000,
    input: z.strictObject({
      machine,
      entity_id: z.string().describe('The id of the row in its own table.'),
      table: which.table,
      metadata: fields.optional().describe('What is known of it; conditions may look at it.'),
      notes: z.string().optional(),
      claimed_by: claimedBy,
      version: z.string().optional(),
      if_exists: z.enum(['fail', 'return']).optional(),
      idempotency_key: z.string().optional(),
    }),
    run(caller, { machine: name, entity_id, table, ...rest }) {
      const entity = caller.client.entity(name, entity_id, table === undefined ? {} : { table })
      return entity.start({ ...camel(rest), ...askerOf(caller) })
    },
  },
  {
    name: 'transition',
    title: 'Move an entity',
    description:
      'Moves an entity along a transition of its machine, by its name or by the state that it goes to. It is in the audit trail for good. Say in expected_state where you saw it: if somebody has moved it since, nothing is done.',
    scope: 'runs:write',
    effect: 'end',
    payload: 1000,
    input: z.strictObject({
      ...which,
      name: z.string().optional().describe('Of the transition, as get_entity lists it.'),
      to_state: z.string().optional().describe('Instead of name.'),
      notes: z.string().optional().describe('Why; some transitions take a reason.'),
      claimed_by: claimedBy,
      context: fields.optional().describe('What conditions ask for.'),
      metadata: fields.optional().describe('Kept in the history.'),
      set: fields.optional().describe("Merged into the entity's metadata."),
      expected_state: z.string().optional(),
      idempotency_key: z.string().optional(),
    }),
    async run(caller, args) {
      const { instance_id: _i, machine: _m, entity_id: _e, table: _t, ...rest } = args
      const instanceId = await find(caller.client, args)
      return caller.client.transition({
        instanceId,
        ...(camel(rest) as { name: string }),
        ...askerOf(caller),
      })
    },
  },
]

/** The id of the instance that is meant. @throws InvalidInputError, EntityNotFoundError */
async function find(client: WorkflowClient, args: Args): Promise<string> {
  const { instance_id: id, machine: name, entity_id: entity, table } = args
  if (id !== undefined) return id
  if (name === undefined || entity === undefined)
    throw new InvalidInputError('No entity is named. Give instance_id, or machine and entity_id.')
  return (await client.entity(name, entity, table === undefined ? {} : { table }).get()).id
}

/** Who asks, whom the server or the process knows: a trail that names whom the model says would prove nothing. */
function askerOf({ by, roles }: McpCaller): { by?: string; roles?: readonly string[] } {
  return { ...(by !== undefined && { by }), ...(roles !== undefined && { roles }) }
}

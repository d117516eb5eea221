import { z } from 'zod'
import { WorkflowNotFoundError } from '../../model/errors.ts'
import type { Tool } from '../tool.ts'
import { json, maxChars, workflowId } from './arguments.ts'

/** Tools that concern workflows: what there is, what it takes, and how it is started. */
export const workflowTools: readonly Tool[] = [
  {
    name: 'get_workflows',
    title: 'List workflows',
    description:
      'Lists the workflows that can be started, with their versions, unfinished runs, and the workers that have them. One without workers does not run until there is one.',
    scope: 'workflows:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ workflow_id: workflowId.optional() }),
    async run({ client }, args) {
      const all = await client.getWorkflows()
      const named = all.filter(
        ({ id }) => args.workflow_id === undefined || id === args.workflow_id,
      )
      return { workflows: named.slice(0, 200), hasMore: named.length > 200 }
    },
  },
  {
    name: 'get_definition',
    title: 'Describe a workflow',
    description:
      'Describes a workflow: its versions and, where it is stored as data, the JSON Schema of its input (input_schema) and its document. Read it before start_workflow.',
    scope: 'workflows:read',
    effect: 'read',
    payload: 8000,
    input: z.strictObject({
      workflow_id: workflowId,
      version: z.string().optional(),
      max_chars: maxChars,
    }),
    async run({ client }, { workflow_id, version }) {
      const all = await client.getWorkflows()
      const versions = all.filter(({ id }) => id === workflow_id)
      const p = { workflowId: workflow_id, ...(version === undefined ? {} : { version }) }
      const stored = await client.getDefinition(p).catch((error: unknown) => {
        // it is code: what there is to know of it is in its worker
        if (error instanceof WorkflowNotFoundError && isThere(versions, version)) return null
        throw error
      })
      if (stored === null)
        return { workflowId: workflow_id, versions, inputSchema: null, about: CODE_ALONE }
      const inputSchema = (stored.document as { input_schema?: unknown }).input_schema ?? null
      return { ...stored, inputSchema, versions }
    },
  },
  {
    name: 'start_workflow',
    title: 'Start a run',
    description:
      'Starts a run of a workflow and gives it, mostly still pending; look at it again with get_run. With an idempotency_key the same start again gives the same run.',
    scope: 'runs:write',
    effect: 'add',
    payload: 1000,
    input: z.strictObject({
      workflow_id: workflowId,
      input: json.optional(),
      version: z.string().optional(),
      idempotency_key: z.string().optional(),
      resource_id: z.string().optional().describe('What the run is about.'),
      tags: z.array(z.string()).optional(),
      queue: z.string().optional(),
      priority: z.number().int().optional(),
      delay: z.union([z.number(), z.string()]).optional().describe("Milliseconds, or '5 minutes'."),
      timeout: z.union([z.number(), z.string()]).optional().describe('Of the whole run.'),
      attributes: z.record(z.string(), z.unknown()).optional(),
    }),
    async run({ client }, { workflow_id, input, idempotency_key, resource_id, ...rest }) {
      const options = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(idempotency_key === undefined ? {} : { idempotencyKey: idempotency_key }),
        ...(resource_id === undefined ? {} : { resourceId: resource_id }),
      }
      return client.startWorkflow({ workflowId: workflow_id, input, options })
    },
  },
  {
    name: 'emit_event',
    title: 'Emit an event',
    description:
      'Tells a fact to all runs that wait for it, and starts the workflows that start on it. The same dedupe_id again changes nothing.',
    scope: 'runs:write',
    effect: 'add',
    payload: 1000,
    input: z.strictObject({
      event_name: z.string(),
      data: json.optional(),
      key: z.string().describe('What it is about; those who wait name it too.'),
      dedupe_id: z.string().optional(),
    }),
    async run({ client }, { event_name, data, key, dedupe_id }) {
      return client.emitEvent({
        ...{ eventName: event_name, data, key },
        ...(dedupe_id === undefined ? {} : { dedupeId: dedupe_id }),
      })
    },
  },
  {
    name: 'get_schedules',
    title: 'List schedules',
    description:
      'The schedules: when they start what, their next times, and why one starts nothing.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({ workflow_id: workflowId.optional() }),
    async run({ client }, args) {
      const p = args.workflow_id === undefined ? {} : { workflowId: args.workflow_id }
      const all = await client.getSchedules(p)
      return { schedules: all.slice(0, 100), hasMore: all.length > 100 }
    },
  },
  {
    name: 'get_queues',
    title: 'State of the queues',
    description:
      'What lies in each queue: ready, delayed, at work, waiting, paused, and its workers.',
    scope: 'runs:read',
    effect: 'read',
    payload: 500,
    input: z.strictObject({}),
    run: async ({ client }) => ({ queues: (await client.getQueues()).slice(0, 200) }),
  },
]

const CODE_ALONE =
  'It is code alone: the shape of its input is in that code, and a start that does not fit fails.'

function isThere(versions: readonly { version: string }[], version: string | undefined): boolean {
  return versions.some((one) => version === undefined || one.version === version)
}

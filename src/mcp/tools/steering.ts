import { z } from 'zod'
import type { McpCaller } from '../caller.ts'
import type { Args, Effect, Tool } from '../tool.ts'
import { by, json, reason, runId } from './arguments.ts'

/** Who does it: whom the server knows, else whom the call names. */
function actor(caller: McpCaller, args: Args): { by?: string } {
  const name = caller.by ?? args.by
  return name === undefined ? {} : { by: name }
}

type Verb = 'pauseWorkflow' | 'resumeWorkflow' | 'cancelWorkflow' | 'terminateWorkflow'

/** A tool that does one thing to one run, and gives the run. */
function onRun(
  [name, title, verb]: readonly [name: string, title: string, verb: Verb],
  effect: Effect,
  description: string,
): Tool {
  const given = verb === 'resumeWorkflow' ? {} : { reason }
  return {
    ...{ name, title, effect, description, scope: 'runs:write', payload: 1000 },
    input: z.strictObject({ run_id: runId, ...given }),
    identity: { by },
    run: (caller, args) =>
      caller.client[verb]({
        runId: args.run_id,
        ...(args.reason === undefined ? {} : { reason: args.reason }),
        ...actor(caller, args),
      }),
  }
}

/** Tools that do something to runs which are there. */
export const steeringTools: readonly Tool[] = [
  {
    name: 'trigger_event',
    title: 'Send a message to a run',
    description:
      'Sends a message to one run: kept until the run waits for it, taken once. The same dedupe_id again changes nothing.',
    scope: 'runs:write',
    effect: 'add',
    payload: 1000,
    input: z.strictObject({
      run_id: runId,
      event_name: z.string(),
      data: json.optional(),
      dedupe_id: z.string().optional(),
    }),
    run: ({ client }, { run_id, event_name, data, dedupe_id }) =>
      client.triggerEvent({
        ...{ runId: run_id, eventName: event_name, data },
        ...(dedupe_id === undefined ? {} : { dedupeId: dedupe_id }),
      }),
  },
  {
    name: 'answer_approval',
    title: 'Answer a question',
    description:
      'Answers a question to people, for whom this is asked; the run that asked goes on. The first answer counts and cannot be taken back.',
    scope: 'runs:write',
    effect: 'end',
    payload: 1000,
    input: z.strictObject({
      approval_id: z.string().describe('As get_approvals lists it.'),
      approved: z.boolean(),
      comment: z.string().optional(),
      data: json.optional(),
    }),
    identity: { by, roles: z.array(z.string()).optional().describe('Roles of who answers.') },
    async run(caller, { approval_id, approved, comment, data, ...args }) {
      const roles = caller.by === undefined ? args.roles : caller.roles
      await caller.client.answerApproval({
        ...{ approvalId: approval_id, approved, data, ...actor(caller, args) },
        ...(comment === undefined ? {} : { comment }),
        ...(roles === undefined ? {} : { roles: [...roles] }),
      })
      return { approvalId: approval_id, approved }
    },
  },
  {
    name: 'retry_workflow',
    title: 'Retry a failed run',
    description:
      'Starts a new run of a failed one that goes on from its failure: no completed step runs again. Asked again it gives the same new run.',
    scope: 'runs:write',
    effect: 'again',
    payload: 1000,
    input: z.strictObject({ run_id: runId }),
    identity: { by },
    run: (caller, args) =>
      caller.client.retryWorkflow({ runId: args.run_id, ...actor(caller, args) }),
  },
  {
    name: 'fork_workflow',
    title: 'Fork a run from a step',
    description:
      'Starts a new run with the history of another up to a step, and goes on from there; the other run stays as it is. The step runs anew, or has the output that is given.',
    scope: 'runs:write',
    effect: 'add',
    payload: 1000,
    input: z.strictObject({
      run_id: runId,
      from_step: z.string().describe('A step_id of get_timeline.'),
      input: json.optional().describe('Of the new run, if another.'),
      output: json.optional().describe('What the step gives, instead of running.'),
      version: z.string().optional().describe('Of the workflow, if another.'),
    }),
    identity: { by },
    run: (caller, { run_id, from_step, ...args }) =>
      caller.client.forkWorkflow({
        ...{ runId: run_id, fromStep: from_step },
        ...('input' in args ? { input: args.input } : {}),
        ...('output' in args ? { output: args.output } : {}),
        ...(args.version === undefined ? {} : { version: args.version }),
        ...actor(caller, args),
      }),
  },
  onRun(
    ['pause_workflow', 'Pause a run', 'pauseWorkflow'],
    'again',
    'Stops a run until resume_workflow. A step that runs is not interrupted.',
  ),
  onRun(['resume_workflow', 'Resume a run', 'resumeWorkflow'], 'again', 'Lets a paused run go on.'),
  onRun(
    ['cancel_workflow', 'Cancel a run', 'cancelWorkflow'],
    'end',
    'Ends a run for good; steps that can be undone are undone first.',
  ),
  onRun(
    ['terminate_workflow', 'Terminate a run', 'terminateWorkflow'],
    'end',
    'Ends a run for good and at once, without undoing its steps. Prefer cancel_workflow.',
  ),
  {
    name: 'discard_workflow',
    title: 'Discard a failure',
    description:
      'Takes a failed run from the list of failures: somebody has dealt with it. A run that the engine paused is cancelled.',
    scope: 'runs:write',
    effect: 'end',
    payload: 1000,
    input: z.strictObject({ run_id: runId, reason }),
    identity: { by },
    run: (caller, args) =>
      caller.client.discardWorkflow({
        runId: args.run_id,
        ...(args.reason === undefined ? {} : { reason: args.reason }),
        ...actor(caller, args),
      }),
  },
]

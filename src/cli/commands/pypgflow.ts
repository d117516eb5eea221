import type { Command } from 'commander'
import { importWorkflowCommand } from './pypgflow-import.ts'
import {
  historyVerb,
  listInstancesCommand,
  listWorkflowsCommand,
  transitionVerb,
} from './pypgflow-instances.ts'
import { startWorkflowByIdCommand, startWorkflowCommand } from './pypgflow-start.ts'

/** pypgflow's verbs, which do what `millrace workflows` and `millrace entities` do. */
export function pypgflowCommands(): Command[] {
  return [
    importWorkflowCommand(),
    listWorkflowsCommand(),
    startWorkflowCommand(),
    startWorkflowByIdCommand(),
    listInstancesCommand(),
    transitionVerb(),
    historyVerb(),
  ]
}

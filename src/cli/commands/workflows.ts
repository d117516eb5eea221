import type { Command } from 'commander'
import type { RegisteredWorkflow } from '../../client/reports.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'
import { checkWorkflowsCommand } from './workflows-check.ts'
import { compileWorkflowsCommand } from './workflows-compile.ts'
import { diagramCommand } from './workflows-diagram.ts'
import { diffWorkflowsCommand } from './workflows-diff.ts'
import { dryRunCommand } from './workflows-dry-run.ts'
import { exportWorkflowCommand } from './workflows-export.ts'
import { putWorkflowCommand } from './workflows-put.ts'
import { activateCommand, deactivateCommand, deleteCommand } from './workflows-stop.ts'

/** `millrace workflows …` */
export function workflowsCommand(): Command {
  return makeCommand(
    'workflows',
    'the workflows that are registered, and the graphs and machines that are stored',
  )
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(putWorkflowCommand())
    .addCommand(exportWorkflowCommand())
    .addCommand(diffWorkflowsCommand())
    .addCommand(compileWorkflowsCommand())
    .addCommand(checkWorkflowsCommand())
    .addCommand(dryRunCommand())
    .addCommand(diagramCommand())
    .addCommand(deactivateCommand())
    .addCommand(activateCommand())
    .addCommand(deleteCommand())
}

function listCommand(): Command {
  const examples = ['millrace workflows list', 'millrace workflows list --json']
  return makeCommand(
    'list',
    'every version, its unfinished runs, and its workers',
    examples,
  ).action(async (_options: object, command: Command) => {
    const settings = readSettings(command)
    const { out } = settings
    const workflows = await withClient(settings, (client) => client.getWorkflows())
    if (workflows.length === 0) out.note('No workflow is registered yet; a worker does that.')
    out.show(workflows, () => {
      if (workflows.length === 0) return ''
      if (out.quiet) return workflows.map(({ id, version }) => `${id} ${version}`).join('\n')
      const dim = (text: string) => out.paint('dim', text)
      const state = { heading: dim('STATE'), cell: stateOf }
      return table(
        [
          { heading: dim('WORKFLOW'), cell: ({ id }) => id },
          { heading: dim('VERSION'), cell: ({ version }) => version },
          { heading: dim('KIND'), cell: ({ kind }) => kind },
          { heading: dim('UNFINISHED'), cell: ofRuns('live'), align: 'right' },
          { heading: dim('WORKERS'), cell: ofRuns('workers'), align: 'right' },
          ...(workflows.some((one) => stateOf(one) !== '') ? [state] : []),
        ],
        workflows,
        out.columns,
      )
    })
  })
}

/** Machines have no runs, and need no worker: "entities counts" tells of them. */
function ofRuns(field: 'live' | 'workers'): (one: RegisteredWorkflow) => string {
  return (one) => (one.kind === 'machine' ? '' : String(one[field]))
}

/** Most are active: that is not told. */
function stateOf({ state }: RegisteredWorkflow): string {
  return state === 'active' ? '' : state
}

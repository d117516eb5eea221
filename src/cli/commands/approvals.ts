import type { Command } from 'commander'
import type { Approval } from '../../client/approvals.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { collect, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, ahead, firstLine, programName } from '../show/words.ts'
import { table } from '../table.ts'
import { userName } from './runs-control.ts'

/** `millrace approvals …` */
export function approvalsCommand(): Command {
  const approvals = makeCommand('approvals', 'questions to people', [
    'millrace approvals list --assignee ada --role finance',
    'millrace approvals answer "<id>" --approve --comment "fine"',
  ])
  approvals.addCommand(listCommand(), { isDefault: true })
  approvals.addCommand(answerCommand())
  return approvals
}

type ListOptions = {
  assignee?: string
  role?: string[]
  workflow?: string
  run?: string
  limit: number
  after?: string
}

function listCommand(): Command {
  return makeCommand('list', 'those that are open, of the oldest run first', [
    'millrace approvals list --role finance',
  ])
    .option('--assignee <name>', 'which this person may answer')
    .option(
      '--role <role>',
      'which somebody with this role may answer; several times: any',
      collect,
    )
    .option('--workflow <id>', 'of one workflow')
    .option('--run <id>', 'of one run')
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this question')
    .action(async (options: ListOptions, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const { assignee, role, workflow, run, limit, after } = options
      const page = await withClient(settings, (client) =>
        client.getApprovals({
          ...(assignee === undefined ? {} : { assignee }),
          ...(role === undefined ? {} : { roles: role }),
          ...(workflow === undefined ? {} : { workflowId: workflow }),
          ...(run === undefined ? {} : { runId: run }),
          ...{ limit, startingAfter: after ?? null },
        }),
      )
      out.show(page, () => (page.items.length === 0 ? '' : showApprovals(page.items, out)))
      if (page.items.length === 0) out.note('No question is open.')
      else out.note(`Answer one: ${programName()} approvals answer "<id>" --approve, or --reject`)
      if (page.nextCursor !== null) out.note(`There are more: add --after "${page.nextCursor}"`)
    })
}

function showApprovals(approvals: readonly Approval[], { paint, columns, quiet }: Output): string {
  if (quiet) return approvals.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  const asked = ({ assignees, roles }: Approval) => [...assignees, ...roles].join(', ') || 'anybody'
  return table(
    [
      { heading: dim('ID'), cell: ({ id }) => id },
      { heading: dim('WORKFLOW'), cell: ({ workflowId }) => workflowId, spare: 3 },
      { heading: dim('FOR'), cell: asked, spare: 1 },
      { heading: dim('ASKED'), cell: ({ askedAt }) => ago(askedAt), spare: 2 },
      { heading: dim('ENDS'), cell: ({ expiresAt }) => (expiresAt ? ahead(expiresAt) : '') },
      { heading: dim('QUESTION'), cell: ({ question }) => firstLine(question), text: true },
    ],
    approvals,
    columns,
  )
}

type AnswerOptions = {
  approve?: boolean
  reject?: boolean
  comment?: string
  data?: string
  by?: string
  role?: string[]
}

function answerCommand(): Command {
  return makeCommand('answer', 'answer one; the run that asked goes on', [
    'millrace approvals answer "<id>" --approve',
    'millrace approvals answer "<id>" --reject --comment "too dear" --by grace --role finance',
  ])
    .argument('<id>')
    .option('--approve', 'yes')
    .option('--reject', 'no')
    .option('--comment <text>', 'why')
    .option('--data <json>', 'what the step expects; - reads it from stdin')
    .option('--by <who>', 'who answers (default: your user name)')
    .option('--role <role>', 'which they have; several times: all of them', collect)
    .action(async (approvalId: string, options: AnswerOptions, command: Command) => {
      const settings = readSettings(command)
      const { approve = false, reject = false, comment, by = userName(), role } = options
      if (approve === reject) throw new InvalidInputError('Give --approve or --reject.')
      const data = await readJsonArgument('data', options.data)
      await withClient(settings, (client) =>
        client.answerApproval({
          ...{ approvalId, approved: approve, by },
          ...(comment === undefined ? {} : { comment }),
          ...(data === undefined ? {} : { data }),
          ...(role === undefined ? {} : { roles: role }),
        }),
      )
      const { out } = settings
      out.show({ approvalId, approved: approve, by }, () =>
        out.quiet
          ? ''
          : `${out.paint('green', '✓')} ${approve ? 'approved' : 'rejected'} ${approvalId}`,
      )
    })
}

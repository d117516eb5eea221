import type { Command } from 'commander'
import { getWorkers, type WorkerRow } from '../../kernel/workers.ts'
import { withDatabase } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, coarse, versionWord } from '../show/words.ts'
import { table } from '../table.ts'
import { drainWorkersCommand } from './workers-drain.ts'

/** `millrace workers …` */
export function workersCommand(): Command {
  return makeCommand('workers', 'the worker processes, and what runs there for long')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(drainWorkersCommand())
}

function listCommand(): Command {
  const examples = ['millrace workers', 'millrace workers --json']
  return makeCommand('list', 'those that there are, and what they have', examples).action(
    async (_options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const workers = await withDatabase(settings, (db) =>
        getWorkers(db, { tenant: settings.tenant ?? 'default' }),
      )
      if (workers.length === 0)
        out.note('No worker. "millrace dev" or "millrace worker" starts one.')
      out.show(workers.map(toJson), () => (workers.length === 0 ? '' : showWorkers(workers, out)))
    },
  )
}

function toJson({ id, info, running, started_at, lease_until, alive, draining }: WorkerRow) {
  const { host, pid, queues, workflows, graphs = null } = info
  return {
    id,
    host,
    pid,
    alive,
    draining,
    queues,
    workflows: workflows.map(([name, version]) => ({ id: name, version })),
    graphs,
    startedAt: started_at,
    leaseUntil: lease_until,
    running: running ?? [],
  }
}

function showWorkers(workers: readonly WorkerRow[], { paint, columns, quiet }: Output): string {
  if (quiet) return workers.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  const state = ({ alive, draining, lease_until }: WorkerRow) => {
    if (!alive) return paint('red', `✗ lease over ${ago(lease_until)}`)
    return draining ? paint('yellow', '‖ draining') : paint('green', '● alive')
  }
  const names = ({ info }: WorkerRow) =>
    info.workflows.map(([name, version]) => `${name} ${versionWord(version)}`).join(', ') || 'none'
  return table(
    [
      { heading: dim('WORKER'), cell: ({ id }) => id },
      { heading: dim('HOST'), cell: ({ info }) => `${info.host}:${info.pid}`, spare: 2 },
      { heading: dim('STATE'), cell: state },
      {
        heading: dim('UP'),
        cell: ({ started_at }) => coarse(Date.now() - started_at.getTime()),
        spare: 3,
      },
      { heading: dim('QUEUES'), cell: ({ info }) => info.queues?.join(', ') ?? 'all', spare: 1 },
      { heading: dim('WORKFLOWS'), cell: names, text: true },
    ],
    workers,
    columns,
    (worker) => longSteps(worker, dim),
  )
}

function longSteps({ running }: WorkerRow, dim: (text: string) => string): string[] {
  return (running ?? []).map(({ run, step, since }) => {
    const ms = Date.now() - new Date(since).getTime()
    return dim(`    ${step}  of ${run}  for ${coarse(Math.max(ms, 0))}`)
  })
}

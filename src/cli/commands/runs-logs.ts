import type { Command } from 'commander'
import type { LogLine } from '../../client/logs.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { LogLevel } from '../../model/logger.ts'
import { isTerminal } from '../../model/status.ts'
import { withClient } from '../connection.ts'
import { wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { logText } from '../show/event-line.ts'
import { clockTime } from '../show/words.ts'
import { stopRequested } from '../stop-signal.ts'
import { printable } from '../style.ts'

type Flags = {
  follow?: boolean
  level?: LogLevel
  step?: string
  limit: number
  after?: string
}

/** Between two looks for further lines. */
const LOOK_MS = 1000

/** `millrace runs logs` */
export function logsCommand(): Command {
  return makeCommand('logs', 'what the handlers of a run logged, the oldest first', [
    'millrace runs logs <id>',
    'millrace runs logs <id> --level warn --follow',
  ])
    .argument('<id>')
    .option('--follow', 'and what they go on to log, until the run has ended')
    .option('--level <level>', 'debug, info, warn or error: that and what is graver')
    .option('--step <step>', 'of this step')
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 100)
    .option('--after <id>', 'go on after this line')
    .action(logs)
}

async function logs(runId: string, flags: Flags, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  await withClient(settings, async (client) => {
    if (flags.follow) return followLogs(client, runId, flags, out)
    const page = await client.getLogs(filterOf(runId, flags, flags.limit))
    out.show(page, () => page.items.map((line) => logLine(line, out)).join('\n'))
    if (page.items.length === 0)
      out.note('Nothing was logged; "dev" and "worker" store levels from info on.')
    if (page.hasMore) out.note(`There are more: --after ${page.nextCursor}`)
  })
}

async function followLogs(
  client: WorkflowClient,
  runId: string,
  flags: Flags,
  out: Output,
): Promise<void> {
  const stop = new AbortController()
  void stopRequested().then(() => stop.abort())
  for (let after = flags.after; ; ) {
    const { status } = await client.getRun({ runId })
    const page = await client.getLogs(
      filterOf(runId, { ...flags, ...(after ? { after } : {}) }, 100),
    )
    for (const line of page.items) out.print(out.json ? JSON.stringify(line) : logLine(line, out))
    after = page.items.at(-1)?.id ?? after
    if (page.hasMore) continue
    if (isTerminal(status) || stop.signal.aborted) return
    await pause(LOOK_MS, stop.signal)
  }
}

function filterOf(runId: string, { level, step, after }: Flags, limit: number) {
  return {
    ...{ runId, limit },
    ...(level === undefined ? {} : { level }),
    ...(step === undefined ? {} : { stepId: step }),
    ...(after === undefined ? {} : { startingAfter: after }),
  }
}

function logLine(line: LogLine, { paint }: Output): string {
  const { at, stepId, dropped } = line
  const step = stepId === null ? '' : `${printable(stepId)}  `
  const lost = dropped > 0 ? paint('yellow', `(${dropped} lines before this one were lost)  `) : ''
  return `${paint('dim', clockTime(at))}  ${lost}${step}${logText(line)}`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

import { getLogs } from '../kernel/streams.ts'
import type { Json } from '../model/json.ts'
import type { LogLevel } from '../model/logger.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import { checkRunId } from './run-filter.ts'
import type { Session } from './session.ts'

/** A line that a handler logged. */
export type LogLine = {
  id: string
  at: Date
  level: LogLevel
  /** Null: the handler of the run itself. */
  stepId: string | null
  attempt: number | null
  message: string
  fields: Json
  /** So many lines of the run before this one were lost: the database was away for too long. */
  dropped: number
}

/** Which lines of a run. */
export type LogFilter = {
  runId: string
  resourceId?: string
  stepId?: string
  /** This and what is graver; default: all. */
  level?: LogLevel
  /** 1 to 100, default 20. */
  limit?: number
  startingAfter?: string | null
}

const optionNames = {
  ...{ runId: true, resourceId: true, stepId: true, level: true, limit: true, startingAfter: true },
}

/** A page of what the handlers of a run logged, the oldest first. @throws InvalidInputError, WorkflowRunNotFoundError */
export async function readLogs(session: Session, p: LogFilter): Promise<Page<LogLine>> {
  checkOptionNames('getLogs', p, optionNames)
  const limit = checkPageLimit(p.limit)
  const options = session.options({
    ...{ resource_id: p.resourceId, step_id: p.stepId, level: p.level },
    ...{ after: p.startingAfter, limit: limit + 1 },
  })
  const rows = await getLogs(session.db, checkRunId(p.runId), options)
  const items = rows.map(
    ({ id, at, level, step_id, attempt, message, fields, dropped }): LogLine => ({
      ...{ id, at, level, stepId: step_id, attempt, message, fields: fields as Json, dropped },
    }),
  )
  return pageOf(items, limit, p.startingAfter, ({ id }) => id)
}

import type { RunNews } from '../../kernel/streams.ts'
import type { Json } from '../../model/json.ts'
import { LOG_LEVELS } from '../../model/log-line.ts'
import type { EventBody } from '../../model/run-event.ts'

/** The event that a logged line is: its data are level, message, fields, and how many lines before it were lost. */
export function logEvent(line: Extract<RunNews, { what: 'log' }>): EventBody {
  const { message, fields, dropped } = JSON.parse(line.data) as {
    message: string
    fields: Json
    dropped: number | null
  }
  const level = LOG_LEVELS.find((one) => one.startsWith(line.kind)) ?? 'info'
  return {
    type: 'log',
    at: line.at.toISOString(),
    ...(line.name === null ? {} : { stepId: line.name }),
    ...(line.attempt === null ? {} : { attempt: line.attempt }),
    data: {
      ...{ level, message },
      ...(fields === null ? {} : { fields }),
      ...(dropped === null ? {} : { dropped }),
    },
  }
}

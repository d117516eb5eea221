import { tickSchedules } from '../../src/worker/schedule-work.ts'
import type { Kernel } from './kernel.ts'

/** What tests do with schedules; each needs a database of its own, for a look is at all that are due. */
export function scheduleTools(kernel: Kernel) {
  const put = (id: string, workflow: string, options: object) =>
    kernel.call<Record<string, unknown>>('put_schedule', id, workflow, options)
  return {
    put,
    /** The row, as people see it. */
    async show(id: string): Promise<Record<string, unknown>> {
      const rows = await kernel.query('select * from millrace.get_schedules($1)', [{ id }])
      return rows[0] as Record<string, unknown>
    },
    /** What a worker does when a claim has said that something is due. */
    look: () => tickSchedules(kernel.database),
    /** The numbers of the runs that a schedule has started, in their order, and for which times. */
    async runs(id: string): Promise<{ run: string; at: Date }[]> {
      const rows = await kernel.query<{ id: string; at: string }>(
        `select r.id::text, r.meta::json ->> 'scheduled_for' as at from millrace.runs r
         where r.meta::json ->> 'schedule' = $1 order by r.id`,
        [id],
      )
      return rows.map((row) => ({ run: row.id, at: new Date(row.at) }))
    },
    /** Moves the time to just behind the schedule's next one, and a bit. */
    async reach(id: string, more = 0): Promise<Date> {
      const [row] = await kernel.query<{ next_at: Date; now: Date }>(
        'select next_at, millrace.clock() as now from millrace.schedules where name = $1',
        [id],
      )
      const { next_at, now } = row as { next_at: Date; now: Date }
      await kernel.advanceClock(Math.max(next_at.getTime() - now.getTime(), 0) + 2 + more)
      return next_at
    },
    end: (run: string) => kernel.query(`select millrace.cancel_runs(1, $1, '{}')`, [[run]]),
  }
}

import { getSchedules } from '../../kernel/schedules.ts'
import { count } from '../show/words.ts'
import { type Check, ok, warn } from './check.ts'

/** Schedules that start nothing: their times pass, and nobody hears of it. */
export const schedules: Check = {
  name: 'schedules',
  async look({ db, tenant }) {
    const all = await getSchedules(db, { tenant })
    const broken = all.filter(({ problem }) => problem !== null)
    const [first] = broken
    if (first === undefined) return ok(all.length === 0 ? 'none' : count(all.length, 'schedule'))
    return warn(
      `${broken.length} of ${count(all.length, 'schedule')} start nothing, as "${first.id}": ${first.problem?.message}`,
      'See "millrace schedules list"; put them again, corrected.',
    )
  },
}

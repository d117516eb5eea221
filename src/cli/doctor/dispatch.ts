import { getLimits } from '../../kernel/limits.ts'
import { ago, pausedPlace } from '../show/words.ts'
import { type Check, ok, warn } from './check.ts'

/** Places that are named in one finding. */
const SHOWN = 10

/** Pauses of dispatch: runs wait there with workers at hand, and each looks as if it were only pending. */
export const dispatch: Check = {
  name: 'dispatch',
  async look({ db, tenant }) {
    const pauses = (await getLimits(db, { tenant })).filter(({ rule }) => rule === 'pause')
    if (pauses.length === 0) return ok('nothing is paused')
    const told = pauses.slice(0, SHOWN).map((pause) => {
      const by = pause.paused_by === null ? '' : ` by ${pause.paused_by}`
      const why = pause.pause_reason === null ? '' : ` (${pause.pause_reason})`
      const place = pause.name === null ? 'at all' : `of ${pausedPlace(pause)}`
      return `${place}, paused${by} ${pause.paused_at ? ago(pause.paused_at) : ''}${why}`
    })
    return warn(
      `Workers are given no run ${told.join('; ')}${pauses.length > SHOWN ? '; …' : ''}.`,
      'To end a pause: "millrace dispatch resume" with --queue, --workflow or --everything.',
    )
  },
}

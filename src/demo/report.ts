import type { Violation } from './audit.ts'
import type { Evidence } from './evidence.ts'
import { STEPS } from './orders.ts'
import { count } from './screen.ts'

/** Cases of a violation that are shown. */
const SHOWN = 3

/** What happened beside the evidence. */
export type Story = {
  /** Seconds from the first start to the end of the last run. */
  readonly seconds: number
  /** How many runs each of the killed processes held. */
  readonly held: readonly number[]
}

type Row = readonly [what: string, value: string, remark?: string]

/** The table at the end. */
export function table(evidence: Evidence, story: Story): string {
  const { started, runs, entries, reservations, payments, dead, kills } = evidence
  const completed = started.filter((run) => runs.get(run)?.status === 'completed').length
  const steps = new Set(entries.map(({ run, step }) => `${run} ${step}`)).size
  const asked = entries.filter(({ step }) => step === 'charge').length
  const lost = dead.size - kills.done
  const held = story.held.length > 0 ? `they held ${story.held.map(count).join(' and ')} runs` : ''
  return format([
    ['runs completed', count(completed), `of ${count(started.length)}`],
    ['steps executed', count(steps), `${STEPS.length} in each run, and a wait and a sleep`],
    ['steps repeated, as their worker died', count(entries.length - steps)],
    ['worker processes killed', count(kills.done), held],
    ...(lost > 0 ? [['worker leases lost', count(lost), 'this machine stood still'] as const] : []),
    ['stock reservations', count(reservations.length), 'by step.transaction: once each'],
    ['payments', count(payments), `for ${count(asked)} calls of the bank, by idempotency key`],
    ['time', `${story.seconds.toFixed(1)} s`, 'from the first start to the last end'],
    ['runs per second', count(Math.round(completed / story.seconds))],
  ])
}

/** What was violated, with examples; or that nothing was. */
export function verdict(violations: readonly Violation[]): string {
  if (violations.length === 0) {
    return 'Every run completed, every transactional effect is there exactly once,\nand no completed step ran twice.'
  }
  return violations.map(describe).join('\n')
}

function describe({ promise, cases }: Violation): string {
  const more = cases.length > SHOWN ? [`  … and ${count(cases.length - SHOWN)} more`] : []
  const shown = cases.slice(0, SHOWN).map((one) => `  - ${one}`)
  return [`VIOLATED: ${promise}`, ...shown, ...more].join('\n')
}

function format(rows: readonly Row[]): string {
  const [first, second, third] = [0, 1, 2].map((i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  ) as [number, number, number]
  const line = (left: string, middle: string, right: string) =>
    left + [first, second, third].map((n) => '─'.repeat(n + 2)).join(middle) + right
  const body = rows.map(
    ([what, value, remark = '']) =>
      `│ ${what.padEnd(first)} │ ${value.padStart(second)} │ ${remark.padEnd(third)} │`,
  )
  return [line('┌', '┬', '┐'), ...body, line('└', '┴', '┘')].join('\n')
}

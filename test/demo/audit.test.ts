import { describe, expect, test } from 'vitest'
import { audit } from '../../src/demo/audit.ts'
import type { Evidence } from '../../src/demo/evidence.ts'
import type { Entry } from '../../src/demo/ledger.ts'
import { STEPS } from '../../src/demo/orders.ts'
import { verdict } from '../../src/demo/report.ts'

const LIVING = 100
const KILLED = 200
const completed = { status: 'completed', error: null }

/** Two runs, of which one lost its worker in `charge`: all as it should be. */
function sound(): Evidence {
  const runs = ['a', 'b']
  const made = runs.flatMap((run) => STEPS.map((step) => ({ run, step, pid: LIVING })))
  const entered = [{ run: 'b', step: 'charge', pid: KILLED }, ...made]
  const entries = entered.map((entry, i) => makeEntry(entry, i + 1))
  const recorded = entries.slice(1).map(({ run, step, receipt }) => ({ run, step, receipt }))
  return {
    started: runs,
    runs: new Map(runs.map((run) => [run, completed])),
    recorded,
    entries,
    reservations: recorded.filter(({ step }) => step === 'reserve'),
    stock: { gone: 5, reserved: 5 },
    payments: 2,
    dead: new Set([KILLED]),
    kills: { wanted: 1, done: 1 },
  }
}

function makeEntry(entry: { run: string; step: string; pid: number }, seq: number): Entry {
  return { ...entry, seq, attempt: 1, receipt: `receipt ${seq}` }
}

/** The promises that the audit finds broken. */
function broken(change: (evidence: Evidence) => Partial<Evidence>): string[] {
  const evidence = sound()
  return audit({ ...evidence, ...change(evidence) }).map(({ promise }) => promise)
}

describe('the audit', () => {
  test('finds nothing where all is well, also after a death', () => {
    expect(audit(sound())).toEqual([])
    expect(verdict([])).toContain('Every run completed')
  })

  test.for<[what: string, change: (evidence: Evidence) => Partial<Evidence>, promise: string]>([
    [
      'a run that is lost',
      ({ runs }) => ({ runs: new Map([...runs].slice(1)) }),
      'every run that was started is there, and no other',
    ],
    [
      'a run that nobody started',
      ({ runs }) => ({ runs: new Map([...runs, ['c', completed]]) }),
      'every run that was started is there, and no other',
    ],
    [
      'a handler of a run that nobody started',
      ({ entries }) => ({ entries: [...entries, again(entries, { run: 'c' })] }),
      'every run that was started is there, and no other',
    ],
    [
      'a run that did not complete',
      ({ runs }) => ({ runs: new Map([...runs, ['b', { ...completed, status: 'waiting' }]]) }),
      'every run completed',
    ],
    [
      'a result that is missing',
      ({ recorded }) => ({ recorded: recorded.slice(1) }),
      'every step has one result',
    ],
    [
      'a result that is there twice',
      ({ recorded }) => ({ recorded: [...recorded, ...recorded.slice(0, 1)] }),
      'every step has one result',
    ],
    [
      'a completed step that ran again',
      ({ entries, dead }) => ({
        entries: [...entries, again(entries, { run: 'a', step: 'ship', pid: 300 })],
        dead: new Set([...dead, LIVING]),
      }),
      'no completed step ran again',
    ],
    [
      'a result that no attempt made',
      ({ recorded }) => ({
        recorded: recorded.map((one, i) => (i === 0 ? { ...one, receipt: 'forged' } : one)),
      }),
      'no completed step ran again',
    ],
    [
      'a step that was repeated although its worker lived',
      () => ({ dead: new Set<number>() }),
      'a step was repeated only because its worker died',
    ],
    [
      'a step that one process entered twice before it died',
      ({ entries }) => {
        const [first, ...rest] = entries as [Entry, ...Entry[]]
        return { entries: [first, { ...first, receipt: 'another' }, ...rest] }
      },
      'a step was repeated only because its worker died',
    ],
    [
      'a reservation that is there twice',
      ({ reservations }) => ({ reservations: [...reservations, ...reservations.slice(0, 1)] }),
      'every transactional effect happened exactly once',
    ],
    [
      'a reservation that is missing',
      ({ reservations }) => ({ reservations: reservations.slice(1) }),
      'every transactional effect happened exactly once',
    ],
    [
      'a reservation of an attempt whose result was not recorded',
      ({ reservations }) => ({
        reservations: reservations.map((row) => ({ ...row, receipt: 'another' })),
      }),
      'every transactional effect happened exactly once',
    ],
    [
      'stock that is gone without a reservation',
      () => ({ stock: { gone: 6, reserved: 5 } }),
      'the stock is short of what was reserved, and of no more',
    ],
    ['a payment too many', () => ({ payments: 3 }), 'the bank was paid once for each order'],
    [
      'a kill that missed',
      () => ({ kills: { wanted: 2, done: 1 } }),
      'the worker was killed while runs were in its hands',
    ],
  ])('finds %s', ([, change, promise]) => {
    expect(broken(change)).toEqual([promise])
  })

  test('shows three cases of a broken promise, and says how many more there are', () => {
    const cases = ['one', 'two', 'three', 'four', 'five']
    expect(verdict([{ promise: 'it is whole', cases }])).toBe(
      'VIOLATED: it is whole\n  - one\n  - two\n  - three\n  … and 2 more',
    )
  })
})

function again(entries: readonly Entry[], change: Partial<Entry>): Entry {
  const seq = entries.length + 1
  return { ...(entries[0] as Entry), ...change, seq, receipt: `receipt ${seq}` }
}

import { expect, test } from 'vitest'
import type { Session } from '../../src/client/session.ts'
import { BackgroundWork } from '../../src/worker/background-work.ts'
import { until } from '../support/until.ts'

test('what fails is tried again, but not with every claim, and a stop does not wait for that', async () => {
  const errors: string[] = []
  const session = { db: {}, logger: { log() {}, error: (what: string) => errors.push(what) } }
  let tries = 0
  const work = new BackgroundWork(session as unknown as Session, 'the work', async () => {
    tries++
    throw new Error('no')
  })
  const began = performance.now()
  await until('it is tried again', () => {
    work.begin() // as each claim would
    return tries === 2
  })
  expect(performance.now() - began).toBeGreaterThan(900)
  expect(errors).toEqual(['the work failed', 'the work failed'])
  const stopped = performance.now()
  await work.stop()
  expect(performance.now() - stopped).toBeLessThan(900)
  work.begin()
  expect(tries).toBe(2)
})

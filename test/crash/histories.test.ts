import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runCampaign, describe as tell } from './campaign.ts'
import { Lab } from './lab.ts'

/** So many need a minute; `npm run test:slow` plays more, and `npm run crash` as many as it is told. */
const HISTORIES = Number(process.env.CRASH_HISTORIES ?? 100)
const PARALLEL = 6
/** Another seed each day finds other things; a failure names the one that it was found with. */
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Date.now() / 86_400_000))

let database: TestDatabase
let lab: Lab

beforeAll(async () => {
  database = await createDatabase({ testClock: false })
  lab = new Lab(database.url, PARALLEL)
  await lab.open(PARALLEL)
})

afterAll(async () => {
  await lab.close()
  await database.drop()
})

test(`${HISTORIES} random histories of seed ${SEED} keep every promise`, {
  timeout: 900_000,
}, async () => {
  const plan = { seed: SEED, first: 0, count: HISTORIES, patienceMs: 30_000, maxFailed: 1 }
  const failures = await runCampaign(lab, plan)
  expect(failures.map((failure) => tell(SEED, failure)).join('\n')).toBe('')
  expect(lab.figures.get('histories')).toBe(HISTORIES)
  // a campaign in which nothing went wrong would prove nothing
  for (const fault of [
    'worker died',
    'cut: late',
    'cut: unheard',
    'cut: terminated',
    'stale writes refused',
    'writes refused for undos',
    'steps undone',
  ]) {
    expect(lab.figures.get(fault), fault).toBeGreaterThan(0)
  }
})

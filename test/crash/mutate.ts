// npm run mutants: takes the guards of the kernel away, one by one; the histories, or the tests near it, must notice each.
//   --only <part of a name, or several with | between>  --file <part of the file's name, in the same way>
//   --seconds 60  of histories for each
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'
import { focused } from './focused.ts'
import { Lab } from './lab.ts'
import { MUTANTS, type Mutant } from './mutants.ts'
import { mutate } from './mutated.ts'
import { NEAR_MUTANTS } from './near/mutants.ts'
import { NearTests } from './near/near-tests.ts'
import { Server } from './server.ts'

const SLOTS = 8
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    file: { type: 'string', default: '' },
    seconds: { type: 'string', default: '60' },
  },
})
const ofHistories = MUTANTS.filter(isChosen)
const ofTests = NEAR_MUTANTS.filter(isChosen)
for (const mutant of [...ofHistories, ...ofTests]) mutate(mutant) // fails before anything runs if a text is no longer there

let survivors = 0
if (ofHistories.length > 0) await withHistories()
if (ofTests.length > 0) await withTests()
const count = ofHistories.length + ofTests.length
console.log(`${count - survivors} of ${count} mutants caught`)
process.exit(survivors > 0 ? 1 : 0)

function isChosen({ name, file }: Mutant): boolean {
  const has = (text: string, parts: string) => parts.split('|').some((part) => text.includes(part))
  return has(name, values.only) && has(file, values.file)
}

function tell(mutant: Mutant, began: number, caught: string | null, histories = ''): void {
  if (caught === null) survivors++
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `${caught ? 'caught  ' : 'SURVIVED'} ${seconds.padStart(5)} s ${histories.padStart(4)}  ${mutant.file} ${mutant.name}: ${caught ?? ''}`,
  )
}

async function withTests(): Promise<void> {
  const near = await NearTests.open()
  try {
    const sound = await near.test([...new Set(ofTests.flatMap(({ tests }) => tests))])
    if (sound !== null) throw new Error(`Tests fail already, so mutants prove nothing: ${sound}`)
    for (const mutant of ofTests) {
      const began = performance.now()
      tell(mutant, began, await near.hunt(mutant))
    }
  } finally {
    await near.close()
  }
}

async function withHistories(): Promise<void> {
  const server = await Server.start(`${tmpdir()}/millrace-mutants-${process.pid}`, {
    durable: false,
  })
  await prepare(server)
  const sound = await hunt(server, { name: 'none', file: 'clock/clock.sql', from: '', to: '' }, 5)
  if (sound.caught !== null)
    throw new Error(`The kernel itself fails, so mutants prove nothing: ${sound.caught}`)
  for (const mutant of ofHistories) {
    const began = performance.now()
    const { caught, histories } = await hunt(server, mutant)
    tell(mutant, began, caught, String(histories))
  }
  await server.stop()
}

async function prepare(server: Server): Promise<void> {
  const admin = new Lab(server.url, 1)
  await admin.ask('create database mutant_base')
  await admin.close()
  const base = new Lab(server.urlOf('mutant_base'), 1)
  await base.open(SLOTS)
  await base.close()
}

async function hunt(
  server: Server,
  mutant: Mutant,
  seconds = Number(values.seconds),
): Promise<{ caught: string | null; histories: number }> {
  const admin = new Lab(server.url, 1)
  await admin.ask('drop database if exists mutant with (force)')
  await admin.ask('create database mutant template mutant_base')
  await admin.close()
  const lab = new Lab(server.urlOf('mutant'), SLOTS)
  await lab.open(SLOTS)
  if (mutant.from !== '') await lab.pool.query(mutate(mutant))
  try {
    const problem = await focused(lab).catch((error: Error) => `an error: ${error.message}`)
    if (problem) return { caught: problem, histories: 0 }
    const until = performance.now() + seconds * 1000
    const plan = { seed: 1, first: 0, count: 100_000, patienceMs: 20_000, maxFailed: 1, until }
    const told = await runCampaign(lab, plan).then(
      (failures) => failures[0]?.violations[0] ?? null,
      (error: Error) => `an error: ${error.message}`,
    )
    return { caught: told, histories: lab.figures.get('histories') }
  } finally {
    await lab.close()
  }
}

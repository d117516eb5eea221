// npm run mutants: takes the guards of the kernel away, one by one; the histories must notice each.
//   --only <part of a name, or several with | between>  --seconds 60
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'
import { focused } from './focused.ts'
import { Lab } from './lab.ts'
import { MUTANTS, type Mutant } from './mutants.ts'
import { Server } from './server.ts'

const SLOTS = 8
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, seconds: { type: 'string', default: '60' } },
})
const server = await Server.start(`${tmpdir()}/millrace-mutants-${process.pid}`, { durable: false })
const mutants = MUTANTS.filter(({ name }) =>
  values.only.split('|').some((part) => name.includes(part)),
)
for (const mutant of mutants) mutate(mutant) // fails before anything runs if a text is no longer there

await prepare()
const sound = await hunt({ name: 'none', file: 'clock/clock.sql', from: '', to: '' }, 5)
if (sound.caught !== null)
  throw new Error(`The kernel itself fails, so mutants prove nothing: ${sound.caught}`)
let survivors = 0
for (const mutant of mutants) {
  const began = performance.now()
  const { caught, histories } = await hunt(mutant)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (caught === null) survivors++
  console.log(
    `${caught ? 'caught  ' : 'SURVIVED'} ${seconds.padStart(5)} s ${String(histories).padStart(4)}  ${mutant.name}: ${caught ?? ''}`,
  )
}
console.log(`${mutants.length - survivors} of ${mutants.length} mutants caught`)
await server.stop()
process.exit(survivors > 0 ? 1 : 0)

/** The file without its guard. @throws if the guard is not there, or more than once */
function mutate({ name, file, from, to, also }: Mutant): string {
  const text = readFileSync(new URL(`../../sql/functions/${file}`, import.meta.url), 'utf8')
  return [[from, to] as const, ...(also ? [also] : [])].reduce((before, [old, young]) => {
    const parts = before.split(old)
    if (parts.length === 2) return parts.join(young)
    throw new Error(`Mutant "${name}": found ${parts.length - 1} times in ${file}: ${old}`)
  }, text)
}

async function prepare(): Promise<void> {
  const admin = new Lab(server.url, 1)
  await admin.ask('create database mutant_base')
  await admin.close()
  const base = new Lab(server.urlOf('mutant_base'), 1)
  await base.open(SLOTS)
  await base.close()
}

async function hunt(
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
    const failures = await runCampaign(lab, plan)
    return { caught: failures[0]?.violations[0] ?? null, histories: lab.figures.get('histories') }
  } finally {
    await lab.close()
  }
}

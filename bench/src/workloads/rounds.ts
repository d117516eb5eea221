import type { Bench } from '../bench.ts'
import { isEnding } from '../cleanup.ts'
import { type MetricName, metrics, show } from '../report/metrics.ts'
import { median, type Sample } from '../sheet.ts'
import type { System } from '../systems/system.ts'

/** One turn of one system. */
export type Turn = (system: System, round: number) => Promise<{ sample: Sample; n: number }>

/**
 * Gives each system its turn, round after round: A B C, A B C. One that fails is told and left out
 * from then on. Later rounds of a quick run are only for Millrace and the best peer so far.
 */
export async function runRounds(
  bench: Bench,
  workload: string,
  systems: readonly System[],
  primary: MetricName,
  turn: Turn,
): Promise<void> {
  const { options, sheet } = bench
  for (let round = 1; round <= options.rounds; round++) {
    const among =
      round > 1 && options.quick ? finalists(bench, workload, systems, primary) : systems
    for (const system of among) {
      if (hasFailed(bench, workload, system)) continue
      await attempt(bench, workload, system.name, async () => {
        const { sample, n } = await turn(system, round)
        sheet.add({ workload, system: system.name, round, n, sample })
        tell(`${workload} ${round}/${options.rounds}`, system.name, sample, n, primary)
      })
    }
  }
}

/** Does it; a failure is one of the system, unless the bench itself is ending. */
export async function attempt(
  bench: Bench,
  workload: string,
  system: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    // the signal's handler ends the process once all is cleaned up
    if (isEnding()) await new Promise(() => {})
    const reason = reasonOf(error as Error)
    bench.sheet.fail(workload, system, reason)
    console.log(`${workload.padEnd(14)} ${system.padEnd(24)} failed: ${reason}`)
  }
}

/** What a system's own process sends has a stack: where in the bench it failed explains nothing. */
function reasonOf({ message }: Error): string {
  const lines = message.split('\n').filter((line) => !/^\s+at /.test(line))
  return lines.slice(0, 3).join(' ')
}

export function hasFailed(bench: Bench, workload: string, { name }: System): boolean {
  return bench.sheet.failures.some((f) => f.workload === workload && f.system === name)
}

function finalists(
  bench: Bench,
  workload: string,
  systems: readonly System[],
  primary: MetricName,
): System[] {
  const value = ({ name }: System) => median(bench.sheet.values(workload, name, primary))
  const lower = metrics[primary].better === 'lower'
  const [best] = systems
    .filter((system) => system.name !== 'millrace' && !Number.isNaN(value(system)))
    .sort((a, b) => (lower ? value(a) - value(b) : value(b) - value(a)))
  return systems.filter((system) => system.name === 'millrace' || system === best)
}

function tell(place: string, system: string, sample: Sample, n: number, primary: MetricName): void {
  const main = sample[primary]
  const figure = main === undefined ? '' : `${show(main, primary)} ${metrics[primary].title}`
  const seconds = sample.seconds === undefined ? '' : ` in ${sample.seconds.toFixed(1)} s`
  console.log(`${place.padEnd(14)} ${system.padEnd(24)} ${figure}  (n ${n}${seconds})`)
}

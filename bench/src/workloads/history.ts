import { type Bench, settingsOf } from '../bench.ts'
import { Child } from '../roles/child.ts'
import type { System } from '../systems/system.ts'
import { attempt } from './rounds.ts'

/** Journals of one run; ten times the length shall take ten times as long to replay. */
const lengths = [100, 1_000, 10_000]

/** One run of many steps in sequence, which then waits, leaves its worker, and is replayed. */
export async function runHistory(bench: Bench, workload: string, millrace: System): Promise<void> {
  const { rounds, scale } = bench.options
  const sizes = lengths.map((length) => Math.max(10, Math.round(length * Math.min(1, scale))))
  await attempt(bench, workload, millrace.name, async () => {
    for (let round = 1; round <= rounds; round++) {
      const database = await bench.templates.clone(millrace)
      const url = bench.databases.url(database)
      const task = { system: millrace.name, url, settings: settingsOf(bench, millrace) }
      const driver = await Child.start({ ...task, role: 'driver' })
      const worker = await Child.start({ ...task, role: 'worker' })
      try {
        await worker.ask({ do: 'go' })
        await driver.ask({ do: 'replay', steps: 5 })
        for (const steps of sizes) {
          type Times = { runMs: number; replayMs: number }
          const { runMs, replayMs } = await driver.ask<Times>({ do: 'replay', steps })
          const sample = { run_ms: runMs, replay_ms: replayMs }
          const entry = { workload: `${workload}-${steps}`, system: millrace.name, round, n: 1 }
          bench.sheet.add({ ...entry, sample })
          const figures = `run ${Math.round(runMs)} ms, replay ${replayMs.toFixed(1)} ms`
          console.log(`${workload} ${round}`.padEnd(14), `${steps} steps`.padEnd(24), figures)
        }
        await driver.stop()
        await worker.stop()
      } finally {
        driver.kill()
        worker.kill()
        await bench.databases.drop(database)
      }
    }
  })
}

import { type Bench, settingsOf } from '../bench.ts'
import { Child } from '../roles/child.ts'
import type { LatencyOrder } from '../roles/messages.ts'
import { percentile } from '../sheet.ts'
import type { System } from '../systems/system.ts'

/**
 * Runs one after the other, from the call that starts one to its result seen by the starter, worker in another
 * process; in ms.
 */
export async function runTimes(
  bench: Bench,
  system: System,
  order: Omit<LatencyOrder, 'warmUp'>,
): Promise<{ p50: number; p99: number; n: number }> {
  const database = await bench.templates.clone(system)
  const task = {
    ...{ system: system.name, url: bench.databases.url(database) },
    settings: settingsOf(bench, system),
  }
  const running: Child[] = []
  try {
    const driver = await Child.start({ ...task, role: 'driver' })
    running.push(driver)
    const worker = await Child.start({ ...task, role: 'worker' })
    running.push(worker)
    await worker.ask({ do: 'go' })
    await bench.databases.checkpoint()
    const times = await driver.ask<number[]>({ do: 'latency', warmUp: 2, ...order }, 300_000)
    await worker.stop()
    await driver.stop()
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), n: times.length }
  } finally {
    for (const child of running) child.kill()
    await bench.databases.drop(database)
  }
}

import { expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'

const kernel = await openKernel()

test('every draw gives 1,024 ids that nobody else gets', async () => {
  const drawn = await Promise.all(
    Array.from({ length: 8 }, () => kernel.call<string>('take_ids').then(BigInt)),
  )
  const sorted = drawn.sort((a, b) => (a < b ? -1 : 1))
  for (const [i, first] of sorted.entries()) {
    expect(first % 1024n).toBe(0n)
    if (i > 0) expect(first - (sorted[i - 1] as bigint)).toBeGreaterThanOrEqual(1024n)
  }
})

test('ids go on past 2^31 and 2^53', async () => {
  await using far = await (await import('../support/kernel.ts')).createKernel()
  const route = await far.route()
  for (const number of [2n ** 31n - 1n, 2n ** 43n - 1n, 2n ** 49n]) {
    await far.query(`select setval('millrace.numbers', $1)`, [String(number)])
    const id = await far.call<string>('take_ids')
    expect(BigInt(id)).toBe((number + 1n) * 1024n)
    await far.start(route, { id })
    const { worker, task } = await far.lease(route)
    expect(task.run).toBe(id)
    await worker.complete(task, 'far')
    expect((await far.run(id)).output).toBe('far')
  }
})

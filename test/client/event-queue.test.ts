import { expect, test } from 'vitest'
import { EventQueue, type Item } from '../../src/client/follow/event-queue.ts'

const item = (id: string): Item => ({ event: { id, type: 't', runId: 'r', at: '' } })
const limits = { most: 3, bytes: 100 }

async function drain(queue: EventQueue): Promise<string[]> {
  const ids: string[] = []
  for (let one = await queue.next(); one; one = await queue.next()) ids.push(one.event.id)
  return ids
}

test('what is recorded is never dropped; of what is live the oldest goes', async () => {
  const queue = new EventQueue(limits)
  for (let i = 0; i < 5; i++) {
    queue.push(item(`row ${i}`), 7, false)
    queue.push(item(`live ${i}`), 10, true)
  }
  expect([queue.size, queue.bytes]).toEqual([5, 35])
  queue.close()
  expect(await drain(queue)).toEqual([
    ...['row 0', 'row 1', 'row 2', 'live 2', 'row 3', 'live 3', 'row 4', 'live 4'],
  ])
  expect(queue.bytes).toBe(0)
})

test('live ones are bounded in bytes, too; a single one is kept whatever its size', async () => {
  const queue = new EventQueue(limits)
  queue.push(item('a'), 90, true)
  queue.push(item('b'), 500, true)
  queue.close()
  expect(await drain(queue)).toEqual(['b'])
})

test('who waits gets what comes, the end, or the error', async () => {
  const queue = new EventQueue(limits)
  const first = queue.next()
  queue.push(item('a'), 1, false)
  expect((await first)?.event.id).toBe('a')
  const second = queue.next()
  queue.fail(new Error('gone'))
  await expect(second).rejects.toThrow('gone')
  expect(await queue.next()).toBeUndefined()
  const other = new EventQueue(limits)
  other.push(item('b'), 1, false)
  other.fail(new Error('later'))
  expect((await other.next())?.event.id).toBe('b')
  await expect(other.next()).rejects.toThrow('later')
  expect(await other.next()).toBeUndefined()
})

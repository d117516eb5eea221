import { expect, test } from 'vitest'
import type { LeasedTask } from '../../src/kernel/tasks.ts'
import { ReplySize } from '../../src/worker/reply-size.ts'

const MIB = 1024 * 1024

function task(inputBytes: number, journalBytes = 0): LeasedTask {
  return {
    ...{ run: '1', task: 0, fence: '1', route: 1, crashes: 0, timeoutMs: null, meta: null },
    input: 'x'.repeat(inputBytes),
    journal: journalBytes === 0 ? [] : [{ kind: 'r', name: 's', data: 'x'.repeat(journalBytes) }],
    waits: new Map(),
    dueAt: null,
  }
}

function reply(size: ReplySize, tasks: LeasedTask[]): number {
  for (const one of tasks) size.took(one)
  size.succeeded()
  return size.most
}

test('grows to the most while runs are small, step by step', () => {
  const size = new ReplySize()
  const small = [task(100)]
  expect([size.most, ...[1, 2, 3, 4].map(() => reply(size, small))]).toEqual([
    128, 256, 512, 1000, 1000,
  ])
})

test('asks for fewer of large runs, their histories included, and for more again afterwards', () => {
  const size = new ReplySize()
  expect(reply(size, [task(MIB), task(MIB)])).toBe(32)
  expect(reply(size, [task(0, 16 * MIB)])).toBe(2)
  expect(reply(size, [task(0, 64 * MIB)])).toBe(1)
  expect(reply(size, [task(10)])).toBe(2)
  expect(reply(size, [])).toBe(4)
})

test('asks for half as many after a reply that did not come, but for one at least', () => {
  const size = new ReplySize()
  for (let i = 0; i < 3; i++) size.failed()
  expect(size.most).toBe(16)
  for (let i = 0; i < 9; i++) size.failed()
  expect(size.most).toBe(1)
})

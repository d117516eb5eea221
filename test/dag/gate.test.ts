import { expect, test } from 'vitest'
import { Gate } from '../../src/dag/gate.ts'

/** A work that ends when it is told to. */
function work(begun: string[], name: string) {
  let end: () => void = () => {}
  const run = () => {
    begun.push(name)
    return new Promise<void>((resolve) => {
      end = resolve
    })
  }
  return { run, end: () => end() }
}

const atRest = () => new Promise((resolve) => setImmediate(resolve))

test('so many run at once, the others in their order', async () => {
  const [gate, begun] = [new Gate(2), [] as string[]]
  const works = ['a', 'b', 'c', 'd'].map((name) => work(begun, name))
  const all = works.map(({ run }) => gate.pass(run))
  await atRest()
  expect(begun).toEqual(['a', 'b'])
  works[1]?.end()
  await atRest()
  expect(begun).toEqual(['a', 'b', 'c'])
  for (const { end } of works) {
    end()
    await atRest()
  }
  await Promise.all(all)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

test('what is given up keeps no place, though it never ends, and gives it back once', async () => {
  const [gate, begun] = [new Gate(1), [] as string[]]
  const [given, late] = [new AbortController(), new AbortController()]
  const lost = work(begun, 'lost')
  void gate.pass(lost.run, given.signal)
  void gate.pass(work(begun, 'never ends').run, late.signal)
  const last = [work(begun, 'x'), work(begun, 'y')]
  const ends = last.map(({ run }) => gate.pass(run))
  given.abort()
  late.abort()
  await atRest()
  expect(begun).toEqual(['lost', 'never ends', 'x'])
  lost.end()
  await atRest()
  expect(begun).not.toContain('y')
  for (const { end } of last) {
    end()
    await atRest()
  }
  await Promise.all(ends)
})

test('a work that fails gives its place back', async () => {
  const gate = new Gate(1)
  await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await gate.pass(() => Promise.resolve(1))).toBe(1)
})

import { describe, expect, test } from 'vitest'
import { shareLookup } from '../../../src/graph/http/shared-lookup.ts'

/** A resolver whose answers are given by hand. */
function byHand() {
  const open = new Map<string, { answer(): void; fail(): void }>()
  const asked: string[] = []
  const clock = { now: 0 }
  const lookup = shareLookup(
    (host) => {
      asked.push(host)
      return new Promise((resolve, reject) => {
        open.set(host, {
          answer: () => resolve([{ address: '192.0.2.1', family: 4 }]),
          fail: () => reject(new Error('no')),
        })
      })
    },
    () => clock.now,
  )
  return { lookup, asked, clock, of: (host: string) => open.get(host) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('shareLookup', () => {
  test('asks for two names at a time, the others in their turn', async () => {
    const { lookup, asked, of } = byHand()
    const all = ['a', 'b', 'c', 'd'].map((host) => lookup(host))
    await settle()
    expect(asked).toEqual(['a', 'b'])
    of('b')?.answer()
    await settle()
    expect(asked).toEqual(['a', 'b', 'c'])
    for (const host of ['a', 'c']) of(host)?.answer()
    await settle()
    of('d')?.answer()
    expect(await Promise.all(all)).toHaveLength(4)
  })

  test('asks once for a name that is wanted several times, and anew after its answer', async () => {
    const { lookup, asked, of } = byHand()
    const both = [lookup('a'), lookup('a')]
    await settle()
    of('a')?.answer()
    expect(await Promise.all(both)).toHaveLength(2)
    expect(asked).toEqual(['a'])
    const again = lookup('a')
    await settle()
    of('a')?.answer()
    await again
    expect(asked).toEqual(['a', 'a'])
  })

  test('goes on after failures', async () => {
    const { lookup, of } = byHand()
    for (let i = 0; i < 5; i++) {
      const failed = lookup(`name ${i}`)
      await settle()
      of(`name ${i}`)?.fail()
      await expect(failed).rejects.toThrow('no')
    }
    const fine = lookup('fine')
    await settle()
    of('fine')?.answer()
    expect(await fine).toHaveLength(1)
  })

  test('does not ask for what nobody waits for any more', async () => {
    const { lookup, asked, clock, of } = byHand()
    const slow = [lookup('slow 1'), lookup('slow 2')]
    const late = expect(lookup('late')).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await settle()
    clock.now = 10_000
    const next = lookup('next')
    for (const n of [1, 2]) of(`slow ${n}`)?.answer()
    await Promise.all(slow)
    await late
    await settle()
    of('next')?.answer()
    await next
    expect(asked).toEqual(['slow 1', 'slow 2', 'next'])
  })
})

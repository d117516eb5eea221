import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { readGuarded } from './mutated.ts'
import { NEAR_MUTANTS } from './near/mutants.ts'

const all = [...MUTANTS, ...NEAR_MUTANTS].map((mutant) => ({
  ...mutant,
  title: `${mutant.file} ${mutant.name}`,
}))

test.each(all)('the guard stands in the kernel once: $title', (mutant) => {
  const text = readGuarded(mutant)
  for (const guard of [mutant.from, ...(mutant.also ? [mutant.also[0]] : [])])
    expect(text.split(guard)).toHaveLength(2)
})

test('the tests that should notice are there, and no name stands twice', () => {
  for (const file of new Set(NEAR_MUTANTS.flatMap(({ tests }) => tests)))
    expect(existsSync(new URL(`../${file}.test.ts`, import.meta.url)), file).toBe(true)
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'

test.each(MUTANTS)('the guard that "$name" takes out stands in the kernel once', (mutant) => {
  const text = readFileSync(new URL(`../../sql/functions/${mutant.file}`, import.meta.url), 'utf8')
  for (const guard of [mutant.from, ...(mutant.also ? [mutant.also[0]] : [])])
    expect(text.split(guard)).toHaveLength(2)
})

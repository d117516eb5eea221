import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages } from '../scripts/reference.js'
import { ERROR_CODES } from '../src/model/error-codes.ts'

test.each(Object.entries(pages(ERROR_CODES)))(
  '%s is what the sources say: npm run reference',
  (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text)
  },
)

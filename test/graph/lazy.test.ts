// Who has no graphs does not load what reads them: parsers, schemas, expressions.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../src/', import.meta.url))

/** All files and packages that loading one loads. */
function loadedBy(entry: string): Set<string> {
  const found = new Set<string>()
  const visit = (file: string) => {
    if (found.has(file)) return
    found.add(file)
    const text = readFileSync(join(root, file), 'utf8')
    const form = /^(?:import|export)(?! type\b)(?:[^;'"]*?\bfrom)?\s*'([^']+)'/gm
    for (const [whole, target = ''] of text.matchAll(form)) {
      if (/^import \{(\s*type [^,}]+,?)+\s*\}/.test(whole)) continue
      if (target.startsWith('.')) visit(relative(root, join(root, dirname(file), target)))
      else found.add(target)
    }
  }
  visit(entry)
  return found
}

test.each(['index.ts', 'client/index.ts', 'testing/index.ts', 'cli/main.ts'])('%s', (entry) => {
  const loaded = [...loadedBy(entry)]
  expect(loaded.length).toBeGreaterThan(20)
  expect(
    loaded.filter((one) => /^(graph|entity)\/|^(yaml|ajv|undici|@dagrejs)\b/.test(one)),
  ).toEqual([])
})

test('millrace/graph loads them: the test above would see it', () => {
  const loaded = loadedBy('graph/index.ts')
  for (const one of ['yaml', 'ajv', 'graph/expression/parser.ts']) expect(loaded).toContain(one)
})

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findFiles, globFolder, globPattern } from '../../src/cli/workflow-files/glob.ts'
import { loadFiles } from '../../src/cli/workflow-files/load.ts'
import { makeFolder } from './millrace.ts'

describe('a glob', () => {
  test.each([
    ['./workflows/**/*.{ts,js}', 'workflows/a.ts', true],
    ['./workflows/**/*.{ts,js}', 'workflows/x/y/a.js', true],
    ['./workflows/**/*.{ts,js}', 'workflows/a.tsx', false],
    ['./workflows/**/*.{ts,js}', 'other/a.ts', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/x/a.ts', false],
    ['src/**', 'src/x/a.ts', true],
    ['src/v?.[cm]js', 'src/v1.mjs', true],
    ['src/v?.[!c]js', 'src/v1.cjs', false],
    ['a+b/(x).ts', 'a+b/(x).ts', true],
  ])('%s on %s: %s', (glob, path, matches) => {
    expect(globPattern(glob).test(path)).toBe(matches)
  })

  test.each([
    ['./workflows/**/*.ts', 'workflows'],
    ['src/flows-*/x.ts', 'src'],
    ['one.ts', '.'],
    ['**/*.ts', '.'],
    ['/srv/app/*.ts', '/srv/app'],
  ])('%s is in the folder %s', (glob, folder) => {
    expect(globFolder(glob)).toBe(folder)
  })

  test('finds files, but no installed ones, no types and no tests', async () => {
    await using folder = await makeFolder({
      'b.ts': '',
      'a/a.mjs': '',
      'a/node_modules/x/i.ts': '',
      'a/.hidden/i.ts': '',
      'a/types.d.ts': '',
      'a/a.test.ts': '',
    })
    const files = await findFiles('**/*.{ts,mjs}', folder.path)
    expect(files).toEqual([join(folder.path, 'a/a.mjs'), join(folder.path, 'b.ts')])
    expect(await findFiles(`${folder.path}/*.ts`, folder.path)).toEqual([join(folder.path, 'b.ts')])
    expect(await findFiles('nowhere/*.ts', folder.path)).toEqual([])
  })
})

describe('files of workflows', () => {
  const source = (id: string) => `workflow('${id}', async () => null)`

  test('give the definitions among all their exports, each once', async () => {
    await using folder = await makeFolder({
      'a.ts': `import { workflow } from 'millrace'
export const one: object = ${source('one')}
export const two = ${source('two')}
export default [one, ${source('three')}]
export const other = { id: 'x', kind: 'function', version: '1' }
`,
      'b.mjs': `export * from './a.ts'\nexport { one as again } from './a.ts'\n`,
      'c.cjs': `const { workflow } = require('millrace')\nmodule.exports = { four: ${source('four')} }\n`,
    })
    const names = ['a.ts', 'b.mjs', 'c.cjs'].map((name) => join(folder.path, name))
    const { files } = await loadFiles(names, folder.path)
    expect(files.map(({ error }) => error)).toEqual([null, null, null])
    const ids = files.map(({ definitions }) => definitions.map(({ id }) => id).sort())
    expect(ids).toEqual([['one', 'three', 'two'], ['one', 'two'], ['four']])
    // one module in all files of a load: otherwise an index file would double every workflow
    expect(files[0]?.definitions).toContain(files[1]?.definitions[0])
  })

  test('that fail say where, and do not spoil the others', async () => {
    await using folder = await makeFolder({
      'a.ts': `import './lib.ts'\n`,
      'b.ts': `import { workflow } from 'millrace'\nimport './lib.ts'\nexport const b = ${source('b')}\n`,
      'c.ts': `import { workflow } from 'millrace'\nexport const c = ${source('c')}\n`,
      'd.ts': `import { nothing } from './absent.ts'\nnothing()\n`,
      'lib.ts': `const x = 1\nthrow new Error('lib is broken')\n`,
    })
    const names = ['a.ts', 'b.ts', 'c.ts', 'd.ts'].map((name) => join(folder.path, name))
    const { files, sources } = await loadFiles(names, folder.path)
    expect(files.map(({ error }) => error)).toEqual([
      'lib.ts:2:7  Error: lib is broken',
      'lib.ts:2:7  Error: lib is broken',
      null,
      expect.stringContaining("Cannot find module './absent.ts'"),
    ])
    expect(sources).toContain(join(folder.path, 'lib.ts'))
  })
})

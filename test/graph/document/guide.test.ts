// The documents in docs/graphs.md are what it says of them.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { graphJsonSchema, validateGraph } from '../../../src/graph/document/index.ts'
import { nodeTypes } from '../../../src/graph/document/node-fields.ts'

const guide = readFileSync(new URL('../../../docs/graphs.md', import.meta.url), 'utf8')
const blocks = [...guide.matchAll(/^```(yaml|text|ts)(?: (\S+))?\n(.*?)^```/gms)].map(
  ([, language = '', name = '', text = '']) => ({ language, name, text }),
)
const documents = blocks
  .filter(({ language, name }) => language === 'yaml' && name === '')
  .map(({ text }) => text)
const whole = documents.map((text) =>
  text.startsWith('- ') ? `name: sample\nsteps:\n${text}` : text,
)
const check = new Ajv({ strict: false }).compile(graphJsonSchema())

test.each(whole.map((text) => [text]))('%s', (text) => {
  expect(validateGraph(text)).toEqual([])
  expect(check(parse(text)), JSON.stringify(check.errors)).toBe(true)
})

test('every type of node has an example, and a section', () => {
  const shown = new Set([...documents.join('\n').matchAll(/type: (\w+)/g)].map(([, type]) => type))
  expect(Object.keys(nodeTypes).filter((type) => !shown.has(type))).toEqual([])
  const titles = [...guide.matchAll(/^### (.*)$/gm)].flatMap(([, title = '']) =>
    title.split(' and '),
  )
  expect(titles.sort()).toEqual(Object.keys(nodeTypes).sort())
})

test('the wrong document has the problems that are listed', () => {
  const wrong = blocks.find(({ name }) => name === 'wrong.yaml')?.text
  const listed = blocks.find(({ language }) => language === 'text')?.text
  const found = validateGraph(wrong).map(({ line, column, code }) => `${line}:${column} ${code}\n`)
  expect(found.join('')).toBe(listed)
})

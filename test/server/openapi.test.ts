import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { apiFiles } from '../../scripts/openapi.js'
import { SCOPES } from '../../src/auth/principal.ts'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
import { createServer } from '../../src/server/create-server.ts'
import { describeApi } from '../../src/server/describe-api.ts'
import { type ApiDocument, operationsOf, schemaOf } from '../../src/server/docs-page.ts'
import { makeApp } from '../../src/server/make-app.ts'
import { makeParts } from '../../src/server/make-parts.ts'
import { schemaText } from '../../src/server/schema-text.ts'
import { resolveServerOptions } from '../../src/server/server-options.ts'
import { collect } from '../support/engine.ts'
import { send } from '../support/server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const document = describeApi() as unknown as ApiDocument
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)
// nothing connects before it is needed
const client = new WorkflowClient({ connectionString: 'postgres://nobody@127.0.0.1:1/nowhere' })
const server = createServer(client, { logger: collect([]) })

test('the committed document and reference are what the routes say (if not: npm run openapi)', () => {
  const files = apiFiles(document, { operationsOf, schemaOf, schemaText })
  for (const [path, text] of Object.entries(files))
    expect(
      readFileSync(`${root}${path}`, 'utf8'),
      `run \`npm run openapi\`, and commit ${path}`,
    ).toBe(text)
})

/** What is for people and programs that find their way, and stands in no document. */
const undescribed = ['GET /', 'GET /openapi.json', 'GET /docs', 'GET /healthz', 'GET /readyz']

test('each route stands in the document, and the other way round', () => {
  const options = resolveServerOptions({})
  const app = makeApp(makeParts(client, options, new AbortController().signal))
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`)
  const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect([...new Set(routes)].sort()).toEqual([...described, ...undescribed].sort())
})

/** Those that come with a signature, or without anybody being known. */
const isPublic = (path: string) => /^\/(webhooks\/|api\/(tenants|health))/.test(path)

test('each operation has a name of its own, a resource that is described, a summary and a scope', () => {
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  const tags = document.tags?.map(({ name }) => name)
  const offenders = operations.filter(
    ({ path, operation: { tags: [tag = ''] = [], summary = '', ...rest } }) =>
      !tags?.includes(tag) ||
      !/^[A-Z].*[^.]$/.test(summary) ||
      (!isPublic(path) && !(SCOPES as readonly unknown[]).includes(rest['x-scope'])),
  )
  expect(offenders.map(({ path }) => path)).toEqual([])
})

test('each parameter of an address is declared, and so are the problems', () => {
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path')
    expect([path, declared.map(({ name }) => name)]).toEqual([path, named])
    expect(Object.keys(operation.responses)).toEqual(
      expect.arrayContaining([
        '400',
        '500',
        '503',
        ...(isPublic(path) ? [] : ['401', '403', '429']),
      ]),
    )
  }
})

test('its schemas are schemas', () => {
  const ajv = new Ajv2020({ strict: false })
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {}))
    expect([name, ajv.validateSchema(schema)]).toEqual([name, true])
})

test('it is served, and so is its page, which needs nothing else', async () => {
  const json = await send(server, 'GET', '/openapi.json', { as: null })
  expect(json.body).toEqual(JSON.parse(JSON.stringify(document)))
  const page = await send(server, 'GET', '/docs', { as: null })
  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-/,
  )
  expect(/<script|https?:\/\/|src=|@import/.test(page.body)).toBe(false)
  const missing = operations.filter(({ path }) => !page.body.includes(path))
  expect(missing).toEqual([])
})

test('below a base path the document says so', async () => {
  const below = createServer(client, { basePath: '/engine', logger: collect([]) })
  const { body } = await send(below, 'GET', '/engine/openapi.json')
  expect(body.servers).toEqual([{ url: '/engine' }])
  expect((await send(below, 'GET', '/openapi.json')).status).toBe(404)
  expect((await send(below, 'GET', '/enginex/openapi.json')).status).toBe(404)
})

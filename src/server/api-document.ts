import type { ServerApp } from './server-parts.ts'

/** What the resources are, in the order of the documentation. */
const tags = [
  { name: 'runs', description: 'Runs of workflows: started, read, moved.' },
  { name: 'definitions', description: 'Workflows: what there is, and what of them is data.' },
  {
    name: 'entities',
    description:
      'Rows of your tables in machines: where they stand, what moves them, their trails.',
  },
  { name: 'events', description: 'Facts that all runs may wait for.' },
  { name: 'approvals', description: 'Questions to people.' },
  { name: 'failures', description: 'Runs that failed and nobody has dealt with.' },
  { name: 'bulk', description: 'What is done to many runs at once; workers carry it out.' },
  { name: 'schedules', description: 'Rules by which runs are started.' },
  {
    name: 'webhooks',
    description: 'What comes in and starts runs, and what is told when runs move on.',
  },
  { name: 'queues', description: 'Queues: what lies in them, and their limits.' },
  { name: 'limits', description: 'Limits, and what is paused.' },
  { name: 'workers', description: 'Worker processes.' },
  { name: 'metrics', description: 'Numbers of runs, steps, queues and webhooks.' },
  { name: 'storage', description: 'What is kept, and how it goes.' },
  { name: 'keys', description: 'API keys.' },
  { name: 'members', description: 'Who logs in elsewhere, and what they may do here.' },
  { name: 'secrets', description: 'What graphs read and nobody can read back.' },
  { name: 'tenant', description: 'The tenant itself, and who did what in it.' },
  {
    name: 'compat',
    description: 'The routes of the Workflow Automation Engine, over the same runs.',
  },
]

/** The OpenAPI 3.1 document, made of the schemas that validate. */
export function makeDocument(app: ServerApp, basePath = ''): Record<string, unknown> {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version: '1',
      description:
        'Durable workflows over HTTP. Bodies and parameters are snake_case, instants ISO 8601 in UTC, errors application/problem+json.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    security: [{ bearer: [] }, { key: [] }],
    tags,
  })
  const { paths, responses } = shareProblems(document.paths as unknown as Paths)
  return {
    ...document,
    paths,
    components: {
      ...document.components,
      responses,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT.' },
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  }
}

type Paths = Record<string, Record<string, { responses: Record<string, object> }>>

/** The same problem of all routes is written once. */
function shareProblems(paths: Paths): { paths: Paths; responses: Record<string, object> } {
  const shared: Record<string, object> = {}
  const share = ([status, response]: [string, object]): [string, object] => {
    if (Number(status) < 400) return [status, response]
    shared[`Problem${status}`] = response
    return [status, { $ref: `#/components/responses/Problem${status}` }]
  }
  const operation = (one: { responses: Record<string, object> }) => ({
    ...one,
    responses: Object.fromEntries(Object.entries(one.responses).map(share)),
  })
  const mapped = mapValues(paths, (methods) => mapValues(methods, operation))
  return { paths: mapped, responses: shared }
}

function mapValues<T, R>(record: Record<string, T>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

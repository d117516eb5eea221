import { createHash } from 'node:crypto'
import { type SchemaObject, schemaText } from './schema-text.ts'

type Operation = {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly 'x-scope'?: string
  readonly parameters?: readonly {
    name: string
    in: string
    required?: boolean
    description?: string
    schema: SchemaObject
  }[]
  readonly requestBody?: { required?: boolean; content: Content }
  readonly responses: Readonly<Record<string, Answer>>
}
/** A problem is a reference to what all routes share. */
type Answer = { readonly $ref?: string; readonly description?: string; readonly content?: Content }
type Content = Readonly<Record<string, { schema?: SchemaObject }>>

/** What of an OpenAPI document its page shows. */
export type ApiDocument = {
  readonly info: { readonly title: string; readonly description?: string }
  readonly tags?: readonly { name: string; description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, SchemaObject>> }
}

const style = `
:root{color-scheme:light dark;--line:#8884;--dim:#777}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,.m{font-family:ui-monospace,monospace;font-size:13px}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}.m{display:inline-block;min-width:4.5rem;font-weight:700}
.s{color:var(--dim);margin-left:.6rem}table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border-top:1px solid var(--line);padding:.2rem .6rem .2rem 0;text-align:left;vertical-align:top}
td code{overflow-wrap:anywhere}`

/** The page may have this style and nothing else: no script, no font, no picture, from nowhere. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'`

/** A page of HTML that shows the document, needs no network and runs nothing. */
export function docsPage(document: ApiDocument): string {
  const { info, tags = [], components } = document
  const groups = tags.map(({ name, description = '' }) => {
    const operations = operationsOf(document, name).map(showOperation).join('\n')
    return `<h2 id="${toHtml(name)}">${toHtml(name)}</h2><p>${toHtml(description)}</p>${operations}`
  })
  const shapes = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="shape-${toHtml(name)}"><summary>${toHtml(name)}</summary>${showFields(schema)}</details>`,
  )
  const links = tags.map(({ name }) => `<a href="#${toHtml(name)}">${toHtml(name)}</a>`).join(' · ')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${toHtml(info.title)}</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<h1>${toHtml(info.title)}</h1><p>${toHtml(info.description ?? '')}</p>
<p><a href="openapi.json">openapi.json</a></p><p>${links} · <a href="#shapes">shapes</a></p>
${groups.join('\n')}<h2 id="shapes">shapes</h2>${shapes.join('\n')}</body></html>`
}

/** The operations of a resource, in the order of the document. */
export function operationsOf(document: ApiDocument, tag: string) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags?.includes(tag))
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
}

function showOperation({ path, method, operation }: ReturnType<typeof operationsOf>[number]) {
  const { summary = '', description = '', parameters = [], requestBody, responses } = operation
  const scope = operation['x-scope']
  const body = requestBody && schemaOf(requestBody.content)
  const rows = [
    ...parameters.map((one) =>
      row(`${one.name} (${one.in})`, schemaText(one.schema), one.description ?? '', one.required),
    ),
    ...(body ? [row('body', schemaText(body), '', requestBody?.required)] : []),
  ]
  const answers = Object.entries(responses).map(([status, { description: what, content }]) => {
    const schema = content && schemaOf(content)
    return row(status, schema ? schemaText(schema) : '', what ?? 'A problem.')
  })
  return `<details><summary><span class="m">${method}</span><code>${toHtml(path)}</code><span class="s">${toHtml(summary)}</span></summary>
<p>${toHtml(description)}</p><p>Scope: <code>${toHtml(scope ?? 'none')}</code></p>
<table>${rows.join('')}</table><table>${answers.join('')}</table></details>`
}

function showFields({ properties, required = [], ...rest }: SchemaObject): string {
  if (!properties) return `<p><code>${toHtml(schemaText(rest))}</code></p>`
  const rows = Object.entries(properties).map(([name, one]) =>
    row(name, schemaText(one), one.description ?? '', required.includes(name)),
  )
  return `<table>${rows.join('')}</table>`
}

function row(name: string, type: string, about: string, required = false): string {
  const must = required ? ' <b>required</b>' : ''
  return `<tr><td><code>${toHtml(name)}</code>${must}</td><td><code>${toHtml(type)}</code></td><td>${toHtml(about)}</td></tr>`
}

export function schemaOf(content: Content): SchemaObject | undefined {
  return Object.values(content)[0]?.schema
}

function toHtml(text: string): string {
  const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
  return text.replace(/[&<>"]/g, (letter) => `&${names[letter]};`)
}

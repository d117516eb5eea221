import { findProblem } from '../../model/json-problem.ts'
import { MAX_DEPTH } from '../../model/limits.ts'
import { HttpFinalError } from './http-error.ts'

/** The bytes of a body and what they are, unless the request says so itself; null for none. */
export type OutgoingBody = { readonly bytes: Buffer; readonly type: string } | null

const formType = 'application/x-www-form-urlencoded'

/**
 * The body of a request: a text as it is, anything else as JSON, or as a form where the content type
 * says so; none for undefined and null.
 * @throws HttpFinalError (`body`)
 */
export function readBody(
  body: unknown,
  contentType: string | undefined,
  method: string,
  maxBytes: number,
): OutgoingBody {
  if (body === undefined || body === null) return null
  if (method === 'GET' || method === 'HEAD') refuse(`of ${method} has a body, which servers ignore`)
  const { text, type } = encode(body, contentType, maxBytes)
  const bytes = Buffer.from(text)
  return bytes.length > maxBytes ? refuseSize(maxBytes) : { bytes, type }
}

function encode(body: unknown, contentType: string | undefined, maxBytes: number) {
  if (typeof body === 'string') return { text: body, type: 'text/plain;charset=UTF-8' }
  if (contentType?.toLowerCase().startsWith(formType)) {
    return { text: encodeForm(body), type: formType }
  }
  const problem = findProblem(body, MAX_DEPTH, maxBytes)
  if (problem?.rule === 'size') return refuseSize(maxBytes)
  if (problem !== null) return refuse('has a body that JSON cannot hold')
  return { text: JSON.stringify(body), type: 'application/json' }
}

function encodeForm(body: unknown): string {
  const fields = typeof body === 'object' && !Array.isArray(body) ? Object.entries(body ?? {}) : []
  const form = new URLSearchParams()
  for (const [name, value] of fields) {
    if (value === null || value === undefined) continue
    if (typeof value === 'object') refuse('has a form with a field that is no plain value')
    form.append(name, String(value))
  }
  if (fields.length === 0) refuse('has a form that is no object of fields')
  return form.toString()
}

function refuseSize(maxBytes: number): never {
  return refuse(`has a body of more than ${maxBytes} bytes`)
}

function refuse(problem: string): never {
  throw new HttpFinalError('body', `The request ${problem}. Change the body.`)
}

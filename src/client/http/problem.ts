import {
  errorFromCode,
  type Issue,
  PermissionError,
  RateLimitedError,
  RequestError,
  UnavailableError,
  WorkflowEngineError,
} from '../../model/errors.ts'

/** What a server of ours says of an error. */
type Problem = {
  code: string
  detail: string
  details?: Record<string, unknown>
  issues?: { message: string; pointer?: string; code?: string }[]
  request_id?: string
}

/** The error of an answer that is none: of the class that its code says, else of the one that fits its status. */
export async function errorOf(response: Response): Promise<WorkflowEngineError> {
  const text = await response.text().catch(() => '')
  const problem = parseProblem(text)
  if (problem === null) return unknownError(response, text)
  return problemError(problem, retryAfterOf(response))
}

/** The error of a problem, as answers and the last events of streams tell it. */
export function problemError(problem: Problem, retryAfterMs: number | null): WorkflowEngineError {
  const { code, detail, details = {}, issues, request_id } = problem
  return errorFromCode(code, detail, {
    details: {
      ...(code === 'MR021' && retryAfterMs !== null ? { retryAfter: retryAfterMs } : {}),
      ...(request_id === undefined ? {} : { requestId: request_id }),
      ...details,
    },
    ...(issues && { issues: issues.map(readIssue) }),
  })
}

/** How long the server asks to wait, in milliseconds; null where it says nothing. */
export function retryAfterOf(response: Response): number | null {
  const seconds = response.headers.get('retry-after')
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : null
}

function parseProblem(text: string): Problem | null {
  try {
    const body = JSON.parse(text) as Partial<Problem> | null
    return typeof body?.code === 'string' && typeof body.detail === 'string'
      ? (body as Problem)
      : null
  } catch {
    return null
  }
}

/** A JSON pointer becomes the path that Standard Schema gives. */
function readIssue({
  message,
  pointer = '',
  code,
}: { message: string } & Partial<Issue & { pointer: string }>): Issue {
  const path = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))
  return { message, path, ...(code === undefined ? {} : { code }) }
}

/** Of what stands before the server: a proxy, say, or another program. */
function unknownError(response: Response, text: string): WorkflowEngineError {
  const { status, url } = response
  const said = text.length === 0 ? '' : `: ${text.slice(0, 200)}`
  const message = `The answer was ${status}, and not one of a Millrace server${said}`
  const details = { status, url }
  if (status >= 502 && status <= 504) return new UnavailableError(message, { details })
  if (status === 401 || status === 403) return new PermissionError(message, { details })
  if (status === 429)
    return new RateLimitedError(message, {
      details: { ...details, retryAfter: retryAfterOf(response) ?? 1000 },
    })
  if (status < 500) return new RequestError(message, { details })
  return new WorkflowEngineError(message, { details })
}

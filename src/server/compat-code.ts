import type { WorkflowEngineError } from '../model/errors.ts'
import { CompatError } from './compat/compat-error.ts'

/** Codes of the Workflow Automation Engine for ours, where they are not those of the status. */
const byCode: Record<string, string> = {
  MR002: 'VALIDATION_ERROR',
  MR011: 'INVALID_TRANSITION',
  MR016: 'WORKFLOW_INACTIVE',
  MR021: 'RATE_LIMIT_EXCEEDED',
  MR040: 'WORKFLOW_NOT_FOUND',
  MR041: 'NOT_FOUND',
}

const byStatus: Record<number, string> = {
  400: 'BAD_REQUEST',
  401: 'INVALID_API_KEY',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  421: 'MISDIRECTED_REQUEST',
  422: 'VALIDATION_ERROR',
  429: 'RATE_LIMIT_EXCEEDED',
  503: 'SERVICE_UNAVAILABLE',
  504: 'TIMEOUT',
}

/** What the Workflow Automation Engine calls an error. */
export function compatCode(error: WorkflowEngineError, status: number): string {
  if (error instanceof CompatError) return error.compatCode
  const { code, issues, details } = error
  if (status === 401 && details.rule === 'signature') return 'INVALID_SIGNATURE'
  // a document's problems have codes that are that engine's own
  const own = code === 'MR030' ? issues?.find((issue) => issue.code !== undefined)?.code : undefined
  const known = status === 413 ? undefined : byCode[code]
  return own ?? known ?? byStatus[status] ?? 'INTERNAL_ERROR'
}

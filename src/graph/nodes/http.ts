import type { Json } from '../../model/json.ts'
import type { StepContext } from '../../workflow/step-types.ts'
import type { PlannedNode } from '../document/index.ts'
import { fieldOf, type Secrets, scopeOf } from '../evaluate-node.ts'
import { guardedRequest, HttpPolicy, type HttpRequest, type HttpResult } from '../http/index.ts'
import { optionsOf } from '../node-options.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import type { Place } from '../place.ts'
import { readSecrets } from '../read-secrets.ts'
import { withCode } from '../run-evaluation.ts'

/** Calls a server, as far as the operator lets it. */
export const http: Perform = async (node, place) => {
  const { surroundings } = place.engine
  const call = async (ctx: StepContext): Promise<HttpResult> => {
    const policy = surroundings.share(HttpPolicy, () => new HttpPolicy(surroundings.http))
    const secrets = await readSecrets(node, place)
    const request = withCode(() => requestOf(node, place, secrets))
    const { idempotencyKey, signal } = ctx
    return guardedRequest({ ...request, idempotencyKey, signal }, policy)
  }
  const run = () => place.steps.run(node.id, call, optionsOf(node, place))
  const output = await place.gate.pass(run, place.engine.givenUp)
  return { output }
}

/** @throws ExpressionError */
function requestOf(node: PlannedNode, place: Place, secrets: Secrets): HttpRequest {
  const config = node.node.config as ConfigOf<'http'>
  const scope = scopeOf(place, secrets)
  const wae = place.plan.dialect === 'wae'
  const { method, timeout_seconds: seconds, expect, response, max_response_bytes: most } = config
  const headers = fieldOf(node, 'headers', place, scope) as Record<string, Json> | undefined
  return {
    url: String(fieldOf(node, 'url', place, scope)),
    method,
    headers: headers && Object.fromEntries(Object.entries(headers).map(toHeader)),
    body: fieldOf(node, 'body', place, scope),
    timeout: seconds === undefined ? undefined : seconds * 1000,
    expect,
    response: response ?? (wae ? 'text' : 'auto'),
    maxResponseBytes: most,
    onTooLarge: wae ? 'truncate' : 'fail',
    redact: Object.values(secrets),
  }
}

/** Null leaves a header out; a list or an object is JSON. */
function toHeader([name, value]: [string, Json]): [string, string | number | boolean | undefined] {
  if (value === null) return [name, undefined]
  return [name, typeof value === 'object' ? JSON.stringify(value) : value]
}

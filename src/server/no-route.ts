import type { Context } from 'hono'
import { RequestError } from '../model/errors.ts'
import { answerProblem } from './problem.ts'
import type { ServerApp, ServerEnv } from './server-parts.ts'

type Known = { readonly method: string; readonly pattern: RegExp }

/**
 * Answers what no route takes: 404, or 405 with the methods of the address; OPTIONS of an address that there is gets
 * them too.
 * @param app with all its routes
 */
export function makeNoRoute(app: ServerApp): (c: Context<ServerEnv>) => Response {
  const known: Known[] = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
    .map(({ method, path }) => ({ method: method.toUpperCase(), pattern: toPattern(path) }))
  return (c) => {
    const methods = known.filter(({ pattern }) => pattern.test(c.req.path)).map((one) => one.method)
    if (methods.length === 0)
      return answerProblem(
        new RequestError(
          `There is nothing at ${new URL(c.req.url).pathname}. /docs lists what there is.`,
          {
            code: 'MR061',
          },
        ),
        c,
      )
    const all = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
    const allow = [...new Set(all)].sort().join(', ')
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
    const error = new RequestError(`${c.req.path} does not take ${c.req.method}, but ${allow}.`, {
      code: 'MR062',
      details: { allow },
    })
    return answerProblem(error, c)
  }
}

function toPattern(path: string): RegExp {
  const parts = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}$`)
}

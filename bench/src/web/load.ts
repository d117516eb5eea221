import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { Route } from './messages.ts'

/** Requests under way, each on a connection that stays open. */
export const AT_ONCE = 20

/**
 * Sends requests to a server for a while.
 * @returns milliseconds that each took, those of the first fifth of the time left out, and how many a second came back
 * @throws of the first that is not answered as it should be
 */
export async function load(
  port: number,
  route: Route,
  forMs: number,
): Promise<{ times: number[]; perSecond: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const begin = performance.now()
  const from = begin + forMs / 5
  const until = begin + forMs
  const times: number[] = []
  let sent = 0
  const one = async () => {
    while (performance.now() < until) {
      const at = performance.now()
      await send(agent, port, route, ++sent)
      if (at >= from) times.push(performance.now() - at)
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, one))
  } finally {
    agent.destroy()
  }
  return { times, perSecond: times.length / ((performance.now() - from) / 1000) }
}

function send(agent: Agent, port: number, route: Route, n: number): Promise<void> {
  const { method, path, status } = route
  // a delivery that comes again would be known as that
  const body = route.signedWith ? (route.body?.replace('{', `{"n":${n},`) ?? null) : route.body
  const headers = { ...route.headers, ...signed(route, body) }
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode === status) resolve()
        else reject(new Error(`${route.name}: ${answer.statusCode} ${text.slice(0, 300)}`))
      })
    })
    asked.on('error', reject)
    asked.end(body ?? undefined)
  })
}

function signed({ signedWith }: Route, body: string | null): Record<string, string> {
  if (signedWith === null || body === null) return {}
  const signature = createHmac('sha256', signedWith).update(body).digest('hex')
  return { 'x-hub-signature-256': `sha256=${signature}` }
}

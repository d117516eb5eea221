import type { IncomingMessage } from 'node:http'

/** `/a/../b`, also with its dots encoded: as whoever reads a URL makes `/b` of it. */
const dots = /(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i

/**
 * What of a request a proxy before us may have read as something else than we do: the same host named twice, of which Node
 * takes the first, or an address that is another once its dots are resolved, so that one who lets `/webhooks/…` through
 * would let all through.
 * @returns what it is, as the middle of a sentence; null for any other request
 */
export function ambiguityOf({ rawHeaders, url }: IncomingMessage): string | null {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts++
  if (hosts > 1) return 'names its host twice'
  return dots.test(url?.split('?', 1)[0] ?? '') ? 'has an address with dots for a folder' : null
}

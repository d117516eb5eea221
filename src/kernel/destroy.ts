import type { Socket } from 'node:net'
import type pg from 'pg'

/** Closes a connection without a farewell, which a server that is cut off would never answer. */
export function destroy(client: pg.Client): void {
  // pg has no method for it; `end` waits for the server
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.destroy()
}

/** What a web server of the bench is asked to be. */
export type WebTask = { side: 'millrace' | 'bare'; url: string; listed: number }

/** What is asked of a server, and how a request for it looks. */
export type Route = {
  name: string
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body: string | null
  /** The secret that signs each body; null: it is not signed. */
  signedWith: string | null
  status: number
}

/** What a server tells once it listens. */
export type WebReady = { port: number; routes: Route[] }

/** Headers as a server has them: of a Request, or of Node. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** What somebody sent. The body is what came over the wire: parsed and written anew it has another signature. */
export type Received = { readonly headers: HeadersLike; readonly body: Uint8Array }

/** A header; null: it was not sent. One that came twice is both, with a comma, which no signature is. */
export function readHeader(headers: HeadersLike, name: string): string | null {
  if (typeof headers.get === 'function') return headers.get(name)
  const record = headers as Readonly<Record<string, string | readonly string[] | undefined>>
  const values = Object.keys(record).filter((key) => key.toLowerCase() === name)
  const found = values.flatMap((key) => record[key] ?? [])
  return found.length === 0 ? null : found.join(', ')
}

/** All of them, by their names in small letters. */
export function listHeaders(headers: HeadersLike): [name: string, value: string][] {
  if (typeof headers.get === 'function') return [...(headers as unknown as Headers)]
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  return [...names].flatMap((name) => {
    const value = readHeader(headers, name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
}

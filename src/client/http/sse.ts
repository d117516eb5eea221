/** An event as it is sent. */
export type Message = { readonly id: string | null; readonly event: string; readonly data: string }

/**
 * Reads server-sent events, as the standard of HTML says: lines end with any of CR, LF and CRLF, wherever the
 * connection cuts them; several `data` are one text.
 * @param heard called at each sign of life
 * @param until ends it when it is aborted, also where `body` does not hear of that
 */
export async function* readMessages(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
  until: AbortSignal,
): AsyncGenerator<Message, void> {
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  until.addEventListener('abort', cancel, { once: true })
  if (until.aborted) cancel()
  const decoder = new TextDecoder()
  let rest = ''
  let block = new Block()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      heard()
      rest += decoder.decode(value, { stream: true })
      // a CR at the end may be the first half of a CRLF
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() as string
      for (const line of lines) {
        if (line !== '') block.add(line)
        else {
          if (block.data.length > 0) yield block.message()
          block = new Block()
        }
      }
    }
  } finally {
    until.removeEventListener('abort', cancel)
    // also where the reader of this goes away in the middle
    await reader.cancel().catch(() => {})
  }
}

class Block {
  readonly data: string[] = []
  #id: string | null = null
  #event = 'message'

  add(line: string): void {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.data.push(value)
    if (name === 'event') this.#event = value
    if (name === 'id' && !value.includes('\0')) this.#id = value
  }

  message(): Message {
    return { id: this.#id, event: this.#event, data: this.data.join('\n') }
  }
}

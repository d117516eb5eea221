/** An event as a browser reads it. */
export type Sent = {
  readonly id: string
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly data: any
}

/** Reads server-sent events, as EventSource does. */
export async function* readEvents(response: Response): AsyncGenerator<Sent, void> {
  let text = ''
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(part)
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string) =>
        block.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = field('data')
      if (data === undefined) continue
      yield { id: field('id') ?? '', event: field('event') ?? '', data: JSON.parse(data) }
    }
  }
}

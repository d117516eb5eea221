import { UnavailableError } from '../../model/errors.ts'

/**
 * The lines of an answer, as they come.
 * @throws UnavailableError where it is cut
 */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new UnavailableError('The answer of the server was cut. Ask again.', { cause })
      })
      if (done) break
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop() as string
      yield* lines
    }
    // each line has an end: a beginning without one is no line
    if (rest !== '') throw new UnavailableError('The answer of the server was cut. Ask again.')
  } finally {
    await reader.cancel().catch(() => {})
  }
}

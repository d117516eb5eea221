import { open, rename, stat } from 'node:fs/promises'

const biggestLog = 10 * 1024 * 1024
const tailBytes = 4_096
const followEvery = 100

/** A server's log file, from one moment on. */
export interface ServerLog {
  file: string
  /** The size of the file at that moment, in bytes. */
  from: number
}

/** The log from now on; what is above 10 MB moves to `postgres.log.1` first. */
export async function openLog(file: string): Promise<ServerLog> {
  const size = (await stat(file).catch(() => null))?.size ?? 0
  if (size <= biggestLog) return { file, from: size }
  await rename(file, `${file}.1`)
  return { file, from: 0 }
}

/** What this start has logged so far; at most the last 4 KB. */
export async function logTail(log: ServerLog): Promise<string> {
  const size = (await stat(log.file).catch(() => null))?.size ?? 0
  const bytes = await readFrom(log.file, Math.max(log.from, size - tailBytes)).catch(() =>
    Buffer.alloc(0),
  )
  return bytes.toString().trim() || '(the server has logged nothing)'
}

/**
 * Calls `onLine` with every line from now on. It looks at the file's size ten times a second
 * instead of reading a pipe, so that the server can log with nobody there to read.
 * The function returned reads what is left and ends it.
 */
export async function followLog(
  file: string,
  onLine: ((line: string) => void) | null,
): Promise<() => Promise<void>> {
  if (!onLine) return async () => {}
  let at = (await openLog(file)).from
  let turn = Promise.resolve()
  const look = async () => {
    const bytes = await readFrom(file, at).catch(() => Buffer.alloc(0))
    // Whole lines only: what is being written now may end in the middle of a character.
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
    at += whole.length
    for (const line of whole.toString().split('\n').slice(0, -1)) onLine(line)
  }
  const next = () => {
    turn = turn.then(look)
    return turn
  }
  const timer = setInterval(next, followEvery)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await next()
  }
}

async function readFrom(file: string, from: number): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    if (size <= from) return Buffer.alloc(0)
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** What Postgres calls an error: five digits and capitals, ours begin with MR. */
const sqlState = /^[0-9A-Z]{5}$/
/** Where libraries put the error underneath. */
const inner = ['cause', 'meta', 'driverAdapterError'] as const
const MAX_DEPTH = 6

type Told = { code: string; message: string; detail: string | undefined; hint: string | undefined }

/**
 * The database's own error inside the one that a library made of it, so that the engine can tell a
 * conflict from a lost connection. Without one inside, the library's error itself.
 */
export function originalError(error: unknown): unknown {
  const told = findTold(error, 0)
  if (told === null) return error
  const { message, ...rest } = told
  return Object.assign(new Error(message, { cause: error }), rest)
}

/** The innermost is the database's: Prisma's own codes (P2010) look like Postgres's. */
function findTold(error: unknown, depth: number): Told | null {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return null
  const fields = error as Record<string, unknown>
  for (const name of inner) {
    const found = findTold(fields[name], depth + 1)
    if (found) return found
  }
  const code = fields.originalCode ?? fields.code
  if (typeof code !== 'string' || !sqlState.test(code) || 'meta' in fields) return null
  return {
    code,
    message: firstLine(text(fields.originalMessage) ?? text(fields.message) ?? code),
    detail: text(fields.detail) ?? section(fields.message, 'DETAIL'),
    hint: text(fields.hint) ?? section(fields.message, 'HINT'),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function firstLine(message: string): string {
  return (message.split('\n')[0] as string).replace(/^(db error: )?ERROR: +/, '')
}

/** Where a library gives all that Postgres said as one text. */
function section(message: unknown, name: string): string | undefined {
  return text(message)?.match(new RegExp(`^${name}: *(.*)$`, 'm'))?.[1]
}

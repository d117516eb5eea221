import { InvalidInputError } from './engine-errors.ts'
import { MAX_KEY } from './limits.ts'
import { describeValue } from './text.ts'

// Tells our cursors from other base64, which nearly any short word is.
const mark = 'mr:'

/**
 * An opaque page cursor that stands for an id.
 * @example encodeCursor('7') // 'bXI6Nw'
 */
export function encodeCursor(id: string): string {
  return Buffer.from(mark + id).toString('base64url')
}

/**
 * The id in a cursor.
 * @throws InvalidInputError if `encodeCursor` did not make it.
 * @example decodeCursor('bXI6Nw') // '7'
 */
export function decodeCursor(cursor: string): string {
  // A character of an id is at most three bytes of UTF-8, which are four characters of base64.
  const text = cursor.length <= MAX_KEY * 4 + 4 ? Buffer.from(cursor, 'base64url').toString() : ''
  const id = text.slice(mark.length)
  if (text.startsWith(mark) && id !== '' && encodeCursor(id) === cursor) return id
  const value = describeValue(cursor)
  const rule = 'Give nextCursor or prevCursor of a page as it was, or none for the first page.'
  throw new InvalidInputError(`The cursor ${value} is not valid. ${rule}`, { details: { value } })
}

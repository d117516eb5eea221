import { InvalidInputError } from './engine-errors.ts'
import { MAX_PARTITION } from './limits.ts'

/** A run's number in the database and the engine (partition) that holds it. */
export type RunNumber = { id: bigint; partition: number }

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const idLimit = 1n << 60n

/**
 * Whether a text has the form of a UUID, of any version and in any case.
 * @example isUuid('00000000-0000-0000-0000-000000000000') // true
 */
export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}

/**
 * The UUID under which a run is shown: version 8, holding id (60 bits, so that it sorts by age),
 * partition (14 bits) and check digits (48 bits) that tell it from a caller's own UUID. The twin of
 * SQL's `run_uuid`.
 * @param id 0 < id < 2^60
 * @param partition 0 … 16,383; default 0
 * @throws InvalidInputError if either is out of range.
 * @example encodeRunId(1n) // '00000000-0000-8001-8000-000179209efb'
 */
export function encodeRunId(id: bigint, partition = 0): string {
  if (id <= 0n || id >= idLimit) refuse('id', String(id), '0 < id < 2^60')
  if (!Number.isInteger(partition) || partition < 0 || partition > MAX_PARTITION) {
    refuse('partition', String(partition), `an integer from 0 to ${MAX_PARTITION}`)
  }
  const high = Number(id >> 12n)
  const low = Number(id & 0xfffn)
  const time = hex(high, 12)
  const head = `${time.slice(0, 8)}-${time.slice(8)}-8${hex(low, 3)}`
  return `${head}-${hex(0x8000 | partition, 4)}-${hex(checkDigits(high, low, partition), 12)}`
}

/**
 * The id and partition in a UUID that `encodeRunId` made, in either case; null for any other text,
 * such as a UUID of the caller's own.
 * @example decodeRunId(encodeRunId(7n, 3)) // { id: 7n, partition: 3 }
 */
export function decodeRunId(uuid: string): RunNumber | null {
  if (uuid.length !== 36 || uuid[14] !== '8' || !uuidForm.test(uuid)) return null
  const high = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
  const low = Number.parseInt(uuid.slice(15, 18), 16)
  const variantAndPartition = Number.parseInt(uuid.slice(19, 23), 16)
  const partition = variantAndPartition & MAX_PARTITION
  if (variantAndPartition !== (0x8000 | partition) || (high === 0 && low === 0)) return null
  if (Number.parseInt(uuid.slice(24), 16) !== checkDigits(high, low, partition)) return null
  return { id: (BigInt(high) << 12n) | BigInt(low), partition }
}

/**
 * 31 bits of one linear check and the low 17 of another. In doubles, because bigint is several
 * times slower: every product stays below 2^53.
 */
function checkDigits(high: number, low: number, partition: number): number {
  const first = (residue(high, low, 2147483647) * 48271 + partition + 1) % 2147483647
  const second = (residue(high, low, 2147483629) * 40692 + partition + 7) % 2147483629
  return first * 0x20000 + (second & 0x1ffff)
}

function residue(high: number, low: number, modulus: number): number {
  return ((high % modulus) * 4096 + low) % modulus
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

function refuse(what: string, value: string, rule: string): never {
  const message = `The ${what} of a run must be ${rule}, but is ${value}.`
  throw new InvalidInputError(message, { details: { [what]: value } })
}

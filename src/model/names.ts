import { InvalidInputError } from './engine-errors.ts'
import { MAX_NAME, MAX_STEP_ID, MAX_TAG, MAX_TAGS } from './limits.ts'
import { describeValue, isStorable } from './text.ts'

const nameForm = new RegExp(`^[A-Za-z0-9_.: -]{1,${MAX_NAME}}$`)

// '#' counts loops, '[' and ']' items of a map, '~' parts of a step; '$' and '?' first are the engine's.
const stepIdForm = /^(?![$?])[^#[\]~\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+$/u

/**
 * The name of a workflow, version, queue or signal, once it is known to be one.
 * @param what as the error names it: `'workflow id'`
 * @throws InvalidInputError if it is not 1 to 128 letters, digits, `_`, `.`, `:`, `-` or spaces.
 * @example checkName('queue', 'mail') // 'mail'
 */
export function checkName(what: string, value: unknown): string {
  if (typeof value === 'string' && nameForm.test(value)) return value
  const rule = `must be 1 to ${MAX_NAME} letters, digits, spaces, or characters of "_.:-"`
  return refuse(what, value, rule, 'Choose another name.')
}

/** Whether a value is a name, as checkName takes it. */
export function isName(value: unknown): boolean {
  return typeof value === 'string' && nameForm.test(value)
}

/**
 * A step id, once it is known to be one.
 * @throws InvalidInputError if it is not 1 to 256 printable characters, or has one of `#[]~`, or
 *   `$` or `?` first: the engine builds its own ids with these.
 * @example checkStepId('charge card') // 'charge card'
 */
export function checkStepId(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_STEP_ID && stepIdForm.test(value)) {
    return value
  }
  const rule = `must be 1 to ${MAX_STEP_ID} printable characters, none of "#[]~", and no "$" or "?" first`
  return refuse('step id', value, rule, 'Choose another id; repeated ids are counted for you.')
}

/**
 * A free text such as an idempotency key, once it is known that it can be stored.
 * @param maxLength in UTF-16 units
 * @throws InvalidInputError if it is empty or longer, or has U+0000 or half of a surrogate pair.
 * @example checkText('idempotencyKey', 'order-7', MAX_KEY) // 'order-7'
 */
export function checkText(what: string, value: unknown, maxLength: number): string {
  const fits = typeof value === 'string' && value !== '' && value.length <= maxLength
  if (fits && isStorable(value)) return value
  const rule = `must be 1 to ${maxLength} characters of well-formed text without U+0000`
  return refuse(what, value, rule, 'Hash longer values, and leave it out where there is none.')
}

/**
 * The tags of a run, once they are known to be fit.
 * @throws InvalidInputError if there are more than 32, or one is not 1 to 64 characters.
 * @example checkTags(['vip', 'eu']) // ['vip', 'eu']
 */
export function checkTags(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > MAX_TAGS) {
    const found = Array.isArray(value) ? `${value.length} tags` : value
    return refuse(
      'tags',
      found,
      `must be at most ${MAX_TAGS} texts`,
      'Use attributes for the rest.',
    )
  }
  return value.map((tag) => checkText('tag', tag, MAX_TAG))
}

function refuse(what: string, value: unknown, rule: string, remedy: string): never {
  const shown = describeValue(value)
  throw new InvalidInputError(`The ${what} ${shown} is not valid: it ${rule}. ${remedy}`, {
    details: { what, value: shown },
  })
}

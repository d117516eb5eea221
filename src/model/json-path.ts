import { describeValue } from './text.ts'

/**
 * Where a problem is, as messages show it.
 * @example formatPath(['items', 3, 'first name']) // '$.items[3]["first name"]'
 */
export function formatPath(path: readonly (string | number)[]): string {
  const text = path.reduce<string>((parent, step) => {
    if (typeof step === 'number') return `${parent}[${step}]`
    return parent + (/^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${describeValue(step)}]`)
  }, '$')
  return text.length > 200 ? `${text.slice(0, 120)}…${text.slice(-70)}` : text
}

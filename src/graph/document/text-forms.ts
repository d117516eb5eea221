import { MAX_NAME, MAX_NODE_ID } from '../../model/limits.ts'
import type { TextForm } from './field-kinds.ts'

/** Of workflows, versions, queues, steps, events. */
export const nameForm: TextForm = {
  pattern: `^[A-Za-z0-9_.: -]{1,${MAX_NAME}}$`,
  rule: `1 to ${MAX_NAME} letters, digits, spaces, or characters of "_.:-"`,
}

/** Of a document: what people read. The id of its workflow is made of it. */
export const titleForm: TextForm = {
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{1,200}$',
  rule: '1 to 200 printable characters',
}

/** As the ids of steps; '.' and '/' are allowed, but need brackets in expressions. */
export const nodeIdForm: TextForm = {
  pattern: `^(?![$?])[^#\\[\\]~\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{1,${MAX_NODE_ID}}$`,
  rule: `1 to ${MAX_NODE_ID} printable characters, none of "#[]~", and no "$" or "?" first`,
}

/** What an expression may call something. */
export const identifierForm: TextForm = {
  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
  rule: 'a name of letters, digits and "_", of at most 64, no digit first',
}

/** RFC 9110: what no header's name may hold would end it. */
export const headerNameForm: TextForm = {
  pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$",
  rule: 'the name of a header: letters, digits and "-"',
}

/** No end of line: it would begin another header. */
export const headerValueForm: TextForm = {
  pattern: '^[^\\r\\n\\u0000]*$',
  rule: 'a text without ends of lines',
}

const compiled = new Map<string, RegExp>()

/** Whether a text has a form. */
export function fits(form: TextForm, text: string): boolean {
  const pattern = compiled.get(form.pattern) ?? new RegExp(form.pattern, 'u')
  compiled.set(form.pattern, pattern)
  return pattern.test(text)
}

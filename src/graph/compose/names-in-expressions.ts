import { describeValue } from '../../model/text.ts'
import { ExpressionError, parseTemplate, referencesOf } from '../expression/index.ts'

/** The expression that each name stands for. */
export type Places = Readonly<Record<string, string>>

/**
 * An expression in braces, with names of its own in place of what they stand for.
 * @returns also why it cannot be read; null if it can
 * @example readsOf('input.n > 1', { input: 'steps.a.output' }).expression // '{{ (steps.a.output).n > 1 }}'
 */
export function readsOf(
  text: unknown,
  names: Places,
): { readonly expression: string; readonly problem: string | null } {
  if (typeof text !== 'string')
    return { expression: '', problem: `it is ${describeValue(text)}, not an expression.` }
  const whole = text.includes('{{') ? text : `{{ ${text} }}`
  try {
    const found = referencesOf(parseTemplate(whole))
    let expression = whole
    // from the end, so that what is before stays where it is
    for (const { path, offset } of [...found].reverse()) {
      const name = String(path[0])
      const meant = Object.hasOwn(names, name) ? names[name] : undefined
      if (meant === undefined) continue
      expression = `${expression.slice(0, offset)}(${meant})${expression.slice(offset + name.length)}`
    }
    return { expression, problem: null }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { expression: '', problem: `${describeValue(text)} cannot be read: ${error.message}` }
  }
}

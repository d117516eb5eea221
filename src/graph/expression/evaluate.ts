import { Evaluator } from './evaluator.ts'
import { type Limits, Meter } from './meter.ts'
import { byteLength, toResult } from './result.ts'
import { atText, type Expression, type Template } from './template.ts'
import { textOf } from './text.ts'
import { Data, Dict } from './value.ts'

/**
 * What expressions may read: plain data by name. Only own properties are read, no getter is called, and nothing
 * is changed.
 */
export type Scope = Readonly<Record<string, unknown>>

/**
 * The value of a template: that of its expression, as JSON, if it is nothing but one, else a text.
 * @param limits of all its expressions together
 * @throws ExpressionError
 * @example evaluateTemplate(parseTemplate('{{ trigger.n + 1 }}'), { trigger: { n: 1 } }) // 2
 * @example evaluateTemplate(parseTemplate('n is {{ trigger.n }}'), { trigger: { n: 1 } }) // 'n is 1'
 */
export function evaluateTemplate(template: Template, scope: Scope, limits?: Limits): unknown {
  const [only] = template.parts
  if (template.parts.length !== 1 || only === undefined || typeof only === 'string')
    return renderTemplate(template, scope, limits)
  return evaluateExpression(only, scope, limits)
}

/**
 * The value of an expression, as JSON.
 * @throws ExpressionError
 * @example evaluateExpression(parseExpression('items | length > 1'), { items: [1, 2] }) // true
 */
export function evaluateExpression(expression: Expression, scope: Scope, limits?: Limits): unknown {
  const meter = new Meter(limits)
  const evaluator = new Evaluator(expression.text, Dict.read(scope, new Data(meter)), meter)
  const value = evaluator.evaluate(expression.root)
  return evaluator.at(expression.root, () => toResult(value, meter))
}

/**
 * A template as text, also where it is nothing but one expression: what Jinja prints.
 * @throws ExpressionError
 * @example renderTemplate(parseTemplate('{{ [true, none, 0.5] }}'), {}) // '[True, None, 0.5]'
 */
export function renderTemplate(template: Template, scope: Scope, limits?: Limits): string {
  const [only] = template.parts
  if (template.parts.length === 0) return ''
  const meter = new Meter(limits)
  const evaluator = new Evaluator(template.text, Dict.read(scope, new Data(meter)), meter)
  let text = ''
  for (const part of template.parts) {
    const piece =
      typeof part === 'string'
        ? part
        : evaluator.at(part.root, () => textOf(evaluator.evaluate(part.root), meter))
    text += piece
    atText(() => {
      meter.spend(piece.length / 16)
      if (text.length > meter.bytes) meter.refuseBytes()
    })
  }
  if (typeof only === 'string' && template.parts.length === 1) return only
  if (byteLength(text) > meter.bytes) atText(() => meter.refuseBytes())
  return text
}

/**
 * An expression cannot be read, or cannot be evaluated. The message says what, and what to do.
 * @example
 * try { evaluateTemplate(parseTemplate('{{ trigger.ordr.id }}'), { trigger: { order: { id: 7 } } }) }
 * catch (error) { error.message } // 'trigger.ordr is not there; trigger has: order'
 */
export class ExpressionError extends Error {
  /** Where in the text that was given, in UTF-16 units. */
  readonly offset: number
  /** What was read and is not there, as the text writes it. */
  declare readonly path?: string

  constructor(message: string, offset: number, path?: string) {
    super(message)
    this.name = 'ExpressionError'
    this.offset = offset
    if (path !== undefined) this.path = path
  }
}

/** What is wrong, found where the text is not known: the evaluator makes an ExpressionError of it. */
export class Problem extends Error {
  readonly path: string | undefined
  /** Where it is, if it is known: else it is where it was noticed. */
  readonly offset: number | undefined

  constructor(message: string, path?: string, offset?: number) {
    super(message)
    this.path = path
    this.offset = offset
  }
}

/** A piece of the text as messages show it. */
export function cut(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

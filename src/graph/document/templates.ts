import {
  ExpressionError,
  hasTags,
  parseTemplate,
  type Reference,
  referencesOf,
  type Template,
} from '../expression/index.ts'
import { jsonTypeOf, type Kind, typesOf } from './field-kinds.ts'
import type { IssueList } from './issue-list.ts'
import { below } from './pointer.ts'

/** A text with expressions in it. */
export type FoundTemplate = {
  readonly pointer: string
  readonly text: string
  readonly template: Template
  readonly references: readonly Reference[]
}

/** Finds the texts of a value that its kind lets hold expressions; only those with braces, or that are expressions. */
export function findTemplates(
  kind: Kind,
  value: unknown,
  pointer: string,
  found: (text: string, pointer: string, isExpression: boolean) => void,
): void {
  switch (kind.is) {
    case 'template':
      if (typeof value === 'string' && hasTags(value)) found(value, pointer, false)
      return
    case 'expression':
      if (typeof value === 'string') found(value, pointer, true)
      return
    case 'values':
      findInValues(value, pointer, found)
      return
    case 'list':
      if (!Array.isArray(value)) return
      for (const [i, item] of value.entries())
        findTemplates(kind.of, item, below(pointer, i), found)
      return
    case 'record':
      if (jsonTypeOf(value) !== 'object') return
      for (const [key, item] of Object.entries(value as object))
        findTemplates(kind.of, item, below(pointer, key), found)
      return
    case 'fields':
      if (jsonTypeOf(value) !== 'object') return
      for (const [name, field] of Object.entries(kind.fields)) {
        if (!Object.hasOwn(value as object, name)) continue
        const item = (value as Record<string, unknown>)[name]
        findTemplates(field.kind, item, below(pointer, name), found)
      }
      return
    case 'either': {
      const one = kind.of.find((each) => typesOf(each).includes(jsonTypeOf(value)))
      if (one) findTemplates(one, value, pointer, found)
    }
  }
}

function findInValues(
  value: unknown,
  pointer: string,
  found: (text: string, pointer: string, isExpression: boolean) => void,
): void {
  if (typeof value === 'string') {
    if (hasTags(value)) found(value, pointer, false)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) findInValues(item, below(pointer, key), found)
  }
}

/** Braces that an expression without any is read within. */
const open = '{{ '

/** Parses one text; null, and an issue, if it is no template. An expression without braces is read as if it had them. */
export function parseFound(
  text: string,
  pointer: string,
  isExpression: boolean,
  where: string,
  issues: IssueList,
): FoundTemplate | null {
  const isBare = isExpression && !text.includes('{{')
  try {
    const template = parseTemplate(isBare ? `${open}${text} }}` : text)
    return { pointer, text, template, references: referencesOf(template) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const shift = isBare ? open.length : 0
    const offset = Math.min(Math.max(error.offset - shift, 0), text.length)
    const place = `at character ${offset + 1}`
    const message = `The expression in ${where} cannot be read, ${place}: ${error.message}`
    issues.add('EXPRESSION_ERROR', pointer, message, { offset })
    return null
  }
}

import type { Json } from '../../model/json.ts'
import { MAX_ISSUES } from '../../model/limits.ts'
import { nearest } from '../../model/nearest.ts'
import { listWords } from '../../model/text.ts'
import type { GraphIssue, IssueCode } from './graph-document.ts'

/** Work for guesses, in pairs of characters: a wrong name is compared with each name that there is. */
const MAX_GUESSING = 20_000_000

/** Where a value is in the text; undefined if there is no text. */
export type Locate = (pointer: string) => { line: number; column: number } | undefined

/** Gathers the issues of one document. */
export class IssueList {
  readonly #issues: GraphIssue[] = []
  #guessing = 0

  /** Whether there are as many as are told. */
  get isFull(): boolean {
    return this.#issues.length >= MAX_ISSUES
  }

  get isEmpty(): boolean {
    return this.#issues.length === 0
  }

  get pointers(): string[] {
    return this.#issues.map(({ pointer }) => pointer)
  }

  add(code: IssueCode, pointer: string, message: string, details?: Record<string, Json>): void {
    if (this.isFull) return
    this.#issues.push({ code, message, pointer, ...(details && { details }) })
  }

  /** A sentence that begins with a space and names what may have been meant; '' if nothing is like it. */
  guess(name: string, known: Iterable<string>): string {
    const names = [...known]
    const work = names.reduce((sum, one) => sum + one.length, 0) * name.length
    if (this.#guessing + work > MAX_GUESSING) return ''
    this.#guessing += work
    const found = nearest(name, names)
    return found.length === 0 ? '' : ` Did you mean ${listWords(found, 'or')}?`
  }

  /** The issues with their places, in the order of the text. */
  located(locate: Locate): GraphIssue[] {
    const placed = this.#issues.map((issue) => {
      const { code, message, pointer, details } = issue
      return { code, message, pointer, ...locate(pointer), ...(details && { details }) }
    })
    return placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  }
}

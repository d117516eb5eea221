import type { IssueCode } from '../../graph/document/graph-document.ts'
import type { IssueList } from '../../graph/document/issue-list.ts'
import type { Source } from '../../graph/document/source.ts'
import type { Json } from '../../model/json.ts'
import type { MachineIssue, MachineNote } from './machine-document.ts'

/** Gathers what is wrong with one document, and what is worth knowing of it. */
export class Problems {
  readonly list: IssueList
  /** Characters of the texts with expressions that were looked at, short ones counted as more. */
  expressions = 0
  /** Entries of the metadata and context of conditions that were looked at. */
  comparisons = 0
  readonly #locate: Source['locate']
  readonly #notes: MachineNote[] = []

  constructor({ issues, locate }: Source) {
    this.list = issues
    this.#locate = locate
  }

  get isEmpty(): boolean {
    return this.list.isEmpty
  }

  /** Pointers of the states and transitions in which something is wrong; null: there may be others. */
  parts(): Set<string> | null {
    if (this.list.isFull) return null
    return new Set(this.list.pointers.map((pointer) => pointer.split('/').slice(0, 3).join('/')))
  }

  add(
    code: MachineIssue['code'],
    pointer: string,
    message: string,
    details?: Record<string, Json>,
  ): void {
    // the list is that of graphs, which have other codes
    this.list.add(code as IssueCode, pointer, message, details)
  }

  note(code: MachineNote['code'], pointer: string, message: string): void {
    this.#notes.push({ code, message, pointer, ...this.#locate(pointer) })
  }

  /** A sentence that begins with a space; '' if nothing is like it. */
  guess(name: string, known: Iterable<string>): string {
    return this.list.guess(name, known)
  }

  issues(): MachineIssue[] {
    return this.list.located(this.#locate) as readonly unknown[] as MachineIssue[]
  }

  notes(): readonly MachineNote[] {
    return this.#notes
  }
}

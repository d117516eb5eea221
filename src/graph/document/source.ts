import { readFile } from 'node:fs/promises'
import type { Json } from '../../model/json.ts'
import { findProblem, findTextProblem, type JsonProblem } from '../../model/json-problem.ts'
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import { IssueList, type Locate } from './issue-list.ts'
import { parseJsonText } from './json-text.ts'
import { lineFinder, offsetOf, type ParsedText, TextProblem } from './parsed-text.ts'
import { toPointer } from './pointer.ts'
import { fromSqlText } from './sql-text.ts'
import { parseYamlText } from './yaml-text.ts'

/** A document as plain JSON of our own, and where each value of it is; `value` is undefined with issues. */
export type Source = {
  readonly value: Json | undefined
  readonly issues: IssueList
  readonly locate: Locate
  /** The text from where a value is written on; undefined if there is no text. */
  readonly written?: (pointer: string) => string
}

/** Reads an object, or text of JSON, YAML, or SQL as `exportDefinition` writes it. Never throws. */
export function readSource(source: unknown): Source {
  return typeof source === 'string' ? readText(source) : readObject(source)
}

/** The text of a file. @throws what the file system does */
export async function readSourceFile(path: string): Promise<string> {
  return readFile(path, 'utf8')
}

function readText(given: string): Source {
  const issues = new IssueList()
  const nowhere: Locate = () => undefined
  if (given.length > MAX_DOCUMENT_BYTES || Buffer.byteLength(given) > MAX_DOCUMENT_BYTES) {
    issues.add('TOO_LARGE', '', sizeMessage())
    return { value: undefined, issues, locate: nowhere }
  }
  const text = fromSqlText(given.replace(/^\ufeff/, ''))
  const find = lineFinder(text)
  try {
    const { value, place } = parseText(text)
    const locate: Locate = (pointer) => find(offsetOf(place, pointer))
    const isKept = checkTexts(value, issues)
    const written = (pointer: string) => text.slice(offsetOf(place, pointer))
    return { value: isKept ? value : undefined, issues, locate, written }
  } catch (error) {
    if (!(error instanceof TextProblem)) throw error
    issues.add(error.code, error.pointer, error.message)
    return { value: undefined, issues, locate: () => find(error.at) }
  }
}

/** A text that begins as JSON does may be YAML's flow style; told is what the first key says it is. */
function parseText(text: string): ParsedText {
  if (!/^\s*[{[]/.test(text)) return parseYamlText(text)
  try {
    return parseJsonText(text)
  } catch (problem) {
    if (!(problem instanceof TextProblem) || problem.code === 'TOO_LARGE') throw problem
    if (/^\s*\{\s*["}]/.test(text)) throw problem
    return parseYamlText(text)
  }
}

function readObject(source: unknown): Source {
  const issues = new IssueList()
  const locate: Locate = () => undefined
  const problem = findProblem(source, MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_BYTES)
  if (problem) {
    addProblem(issues, problem)
    return { value: undefined, issues, locate }
  }
  const value = copy(source, issues)
  const isKept = value !== undefined && checkTexts(value, issues)
  return { value: isKept ? value : undefined, issues, locate }
}

/** Later changes of the caller's object change nothing; dates and the like become what JSON makes of them. */
function copy(source: unknown, issues: IssueList): Json | undefined {
  try {
    const text = JSON.stringify(source) as string | undefined
    if (text === undefined) {
      const message = `The document is ${describeValue(source)}. Give an object, or text of JSON or YAML.`
      issues.add('VALIDATION_ERROR', '', message)
      return undefined
    }
    if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) issues.add('TOO_LARGE', '', sizeMessage())
    return issues.isEmpty ? (JSON.parse(text) as Json) : undefined
  } catch {
    // only for objects that change while they are read
    issues.add('VALIDATION_ERROR', '', 'The document cannot be read as JSON. Give plain data.')
    return undefined
  }
}

function checkTexts(value: Json, issues: IssueList): boolean {
  const problem = findTextProblem(value)
  if (problem) addProblem(issues, problem)
  return problem === null
}

function addProblem(issues: IssueList, { rule, path, sentence }: JsonProblem): void {
  const isLarge = rule === 'size' || rule === 'depth'
  const message = rule === 'size' ? sizeMessage() : `The value ${sentence}`
  issues.add(
    isLarge ? 'TOO_LARGE' : 'VALIDATION_ERROR',
    rule === 'size' ? '' : toPointer(path),
    message,
  )
}

function sizeMessage(): string {
  return `The document takes more than ${MAX_DOCUMENT_BYTES} bytes. Move parts of it into sub-workflows.`
}

import { relative, resolve } from 'node:path'
import { DefinitionError } from '../../model/errors.ts'
import type { EventLog } from '../event-log.ts'
import type { Output } from '../output.ts'
import type { Reload } from '../workflow-files/live-workflows.ts'
import type { ListedStep } from '../workflow-files/step-set.ts'
import type { Broken, Listed } from '../workflow-files/workflow-set.ts'
import { wrapSentences } from '../wrap.ts'
import { count, versionWord } from './words.ts'

/** A workflow for a start when there is none. */
const example = `  // workflows/hello.ts
  import { workflow } from 'millrace'

  export const hello = workflow('hello', async ({ step, input }) => {
    const { name } = input as { name: string }
    const greeting = await step.run('greet', () => \`Hello, \${name}!\`)
    await step.sleep('think', '2 s')
    await step.run('say', () => console.log(greeting))
    return greeting
  })`

/** What to do where no workflow was found. */
export function showNoWorkflows(glob: string, { paint, columns }: Output): string {
  const head = `${paint('yellow', 'No workflow yet')}: nothing in ${glob} exports one.`
  const how = wrapSentences(
    `${head} Save this where that finds it, and it is taken up at once:`,
    columns,
  )
  return `${how}\n\n${paint('dim', example)}`
}

/** What the files of a process have now. */
type Found = { list(): Listed[]; steps(): ListedStep[] }

/** The workflows and steps, file by file; null if there are none. */
export function showWorkflows(found: Found, cwd: string, { paint }: Output): string | null {
  const bold = (text: string) => paint('bold', text)
  const files = new Set([...found.list(), ...found.steps()].map(({ file }) => file))
  const lines = [...files].map((file) => {
    return `${namesOf(found, file, bold).join(', ')}  ${paint('dim', relative(cwd, file))}`
  })
  return lines.length === 0 ? null : lines.join('\n')
}

function namesOf(found: Found, file: string, paint = (text: string) => text): string[] {
  const isHere = (one: { readonly file: string }) => one.file === file
  return [
    ...found
      .list()
      .filter(isHere)
      .map(({ id, version }) => `${paint(id)} ${versionWord(version)}`),
    ...found
      .steps()
      .filter(isHere)
      .map(({ name }) => `step ${paint(name)}`),
  ]
}

/** What a command is refused with whose files cannot be loaded: all that is wrong, each with its place. */
export function brokenFiles(broken: readonly Broken[], cwd: string): DefinitionError {
  const issues = broken.flatMap((one) => {
    return errorOf(one, cwd)
      .split('\n')
      .map((message) => ({ message }))
  })
  const lines = issues.map(({ message }) => `\n  ${message}`).join('')
  const files = count(broken.length, 'workflow file')
  return new DefinitionError(`${files} cannot be loaded:${lines}`, { issues })
}

/** The error with the file before it, if it does not name it itself. */
function errorOf({ file, error }: Pick<Broken, 'file' | 'error'>, cwd: string): string {
  const path = relative(cwd, file)
  return error.startsWith(path) ? error : `${path}  ${error}`
}

/** Tells of files that fail. */
export function tellBroken(
  broken: readonly Broken[],
  cwd: string,
  log: EventLog,
  out: Output,
): void {
  for (const { file, error, kept } of broken) {
    const path = relative(cwd, file)
    const where = errorOf({ file, error }, cwd).replaceAll('\n', '\n  ')
    const stays = kept.length === 0 ? '' : `\n${names(kept)} as before`
    const text = `${out.paint('red', `✗ ${where}`)}${out.paint('dim', stays)}`
    log.tell('file.broken', { file: path, error, kept: kept.map(plain) }, text)
  }
}

/** Tells what a reload did. */
export function tellReload(
  { loaded, gone, broken }: Reload,
  found: Found,
  cwd: string,
  log: EventLog,
  out: Output,
): void {
  for (const file of loaded) {
    const own = found.list().filter((one) => relative(cwd, one.file) === file)
    const all = namesOf(found, resolve(cwd, file))
    const what = all.length === 0 ? '' : `  ${all.join(', ')}`
    const text = `${out.paint('green', '↻')} ${file}${out.paint('dim', what)}`
    log.tell('file.loaded', { file, workflows: own.map(plain) }, text)
  }
  for (const one of gone) {
    const text = `${out.paint('yellow', '−')} ${names([one])} is not taken here any more`
    log.tell('workflow.gone', plain(one), text)
  }
  tellBroken(broken, cwd, log, out)
}

function names(listed: readonly Listed[]): string {
  return listed.map(({ id, version }) => `${id} ${versionWord(version)}`).join(', ')
}

function plain({ id, version }: Listed): { id: string; version: string } {
  return { id, version }
}

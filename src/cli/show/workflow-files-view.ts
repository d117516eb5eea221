import { relative } from 'node:path'
import type { EventLog } from '../event-log.ts'
import type { Output } from '../output.ts'
import type { Reload } from '../workflow-files/live-workflows.ts'
import type { Broken, Listed } from '../workflow-files/workflow-set.ts'
import { wrapSentences } from '../wrap.ts'

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

/** The workflows, file by file. */
export function showWorkflows(listed: readonly Listed[], cwd: string, { paint }: Output): string {
  const names = new Map<string, string[]>()
  for (const { id, version, file } of listed) {
    names.set(file, [...(names.get(file) ?? []), `${paint('bold', id)} v${version}`])
  }
  return [...names]
    .map(([file, texts]) => `${texts.join(', ')}  ${paint('dim', relative(cwd, file))}`)
    .join('\n')
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
    const where = error.startsWith(path) ? error : `${path}  ${error}`
    const stays = kept.length === 0 ? '' : `\n${names(kept)} as before`
    const text = `${out.paint('red', `✗ ${where}`)}${out.paint('dim', stays)}`
    log.tell('file.broken', { file: path, error, kept: kept.map(plain) }, text)
  }
}

/** Tells what a reload did. */
export function tellReload(
  { loaded, gone, broken }: Reload,
  listed: readonly Listed[],
  cwd: string,
  log: EventLog,
  out: Output,
): void {
  for (const file of loaded) {
    const own = listed.filter((one) => relative(cwd, one.file) === file)
    const what = own.length === 0 ? '' : `  ${names(own)}`
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
  return listed.map(({ id, version }) => `${id} v${version}`).join(', ')
}

function plain({ id, version }: Listed): { id: string; version: string } {
  return { id, version }
}

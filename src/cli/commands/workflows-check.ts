import type { Command } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count } from '../show/words.ts'
import { readStatements } from '../surroundings.ts'
import { loadGiven, stepsOfGlob } from '../workflow-files/given.ts'
import { type Callable, inspectGraphs } from '../workflow-files/inspect.ts'
import type { LoadedFile } from '../workflow-files/load.ts'

type Options = { workflows?: string; statements?: string }

type Checked = {
  readonly file: string
  readonly workflows: string[]
  readonly steps: string[]
  readonly problems: string[]
  readonly warnings: string[]
}

/** `millrace workflows check` */
export function checkWorkflowsCommand(): Command {
  return makeCommand('check', 'look for all that is wrong with files of workflows', [
    'millrace workflows check order.yaml',
    'millrace workflows check workflows/*',
    "millrace workflows check order.yaml --workflows 'dist/workflows/*.js' --statements sql.yaml",
    'generate-graph | millrace workflows check -',
  ])
    .argument('<file...>', 'documents of JSON or YAML, or code; - reads a document from stdin')
    .option('--workflows <glob>', 'code with the steps that graphs may call; no others are there')
    .option('--statements <file>', 'SQL that sql nodes may run: YAML or JSON of names and texts')
    .action(async (files: string[], options: Options, command: Command) => {
      const { out } = readSettings(command)
      const loaded: [string, LoadedFile][] = []
      const unread: InvalidInputError[] = []
      for (const file of files) {
        const one = await loadGiven(file).catch((error: unknown) => {
          if (!(error instanceof InvalidInputError)) throw error
          unread.push(error)
          return null
        })
        if (one !== null) loaded.push([file, one])
      }
      if (loaded.length === 0) throw allOf(unread)
      const callable = await readCallable(
        loaded.map(([, one]) => one),
        options,
      )
      const checked: Checked[] = []
      for (const [file, one] of loaded) checked.push(await check(file, one, callable))
      const lines = (key: 'problems' | 'warnings') => checked.flatMap((one) => one[key])
      const [problems, warnings] = [lines('problems'), lines('warnings')]
      out.show(checked, () => {
        if (out.quiet || problems.length > 0) return problems.join('\n')
        return checked
          .map(({ file, workflows, steps }) => {
            const what = [...workflows, ...steps.map((name) => `step ${name}`)].join(', ')
            return `${out.paint('green', '✓')} ${file}  ${out.paint('dim', what || 'no workflow')}`
          })
          .join('\n')
      })
      for (const line of warnings) out.note(`warning ${line}`)
      if (problems.length > 0) {
        out.note(`${count(problems.length, 'error')}`)
        process.exitCode = 1
      }
      if (unread.length > 0) throw allOf(unread)
    })
}

/** The files that cannot be read, as one error. */
function allOf(unread: readonly InvalidInputError[]): InvalidInputError {
  const [first] = unread
  if (unread.length === 1 && first !== undefined) return first
  const details = { files: unread.map((one) => one.details?.file) }
  return new InvalidInputError(unread.map((one) => one.message).join('\n'), { details })
}

async function readCallable(
  loaded: readonly LoadedFile[],
  { workflows, statements }: Options,
): Promise<Callable> {
  const beside = loaded.flatMap(({ steps }) => steps.map(({ name }) => name))
  const more = workflows === undefined ? [] : await stepsOfGlob(workflows)
  return {
    steps: workflows !== undefined || beside.length > 0 ? [...beside, ...more] : null,
    statements: statements === undefined ? null : Object.keys(await readStatements(statements)),
    sure: workflows !== undefined,
  }
}

async function check(file: string, loaded: LoadedFile, callable: Callable): Promise<Checked> {
  const { definitions, steps: found, error } = loaded
  const names = {
    workflows: definitions.map(({ id }) => id),
    steps: found.map(({ name }) => name),
  }
  if (error !== null) return { file, ...names, problems: error.split('\n'), warnings: [] }
  return { file, ...names, ...(await inspectGraphs(loaded, callable)) }
}

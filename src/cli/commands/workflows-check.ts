import type { Command } from 'commander'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count } from '../show/words.ts'
import { loadGiven } from '../workflow-files/given.ts'

/** `millrace workflows check` */
export function checkWorkflowsCommand(): Command {
  return makeCommand('check', 'look for all that is wrong with files of workflows', [
    'millrace workflows check order.yaml',
    'millrace workflows check workflows/*',
    'generate-graph | millrace workflows check -',
  ])
    .argument('<file...>', 'documents of JSON or YAML, or code; - reads a document from stdin')
    .action(async (files: string[], _options: object, command: Command) => {
      const { out } = readSettings(command)
      const checked: { file: string; workflows: string[]; steps: string[]; problems: string[] }[] =
        []
      for (const file of files) {
        const { definitions, steps: found, error } = await loadGiven(file)
        const workflows = definitions.map(({ id }) => id)
        const steps = found.map(({ name }) => name)
        const problems = error === null ? [] : error.split('\n')
        checked.push({ file, workflows, steps, problems })
      }
      const problems = checked.flatMap((one) => one.problems)
      out.show(checked, () => {
        if (out.quiet || problems.length > 0) return problems.join('\n')
        return checked
          .map(({ file, workflows, steps }) => {
            const what = [...workflows, ...steps.map((name) => `step ${name}`)].join(', ')
            return `${out.paint('green', '✓')} ${file}  ${out.paint('dim', what || 'no workflow')}`
          })
          .join('\n')
      })
      if (problems.length === 0) return
      out.note(`${count(problems.length, 'error')}`)
      process.exitCode = 1
    })
}

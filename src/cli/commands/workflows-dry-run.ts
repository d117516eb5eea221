import type { Command } from 'commander'
import type { Definition } from '../../definition/definition.ts'
import type { DryRunStep } from '../../graph/moving/index.ts'
import type { Json } from '../../model/json.ts'
import { readJsonArgument } from '../json-input.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'
import { definitionsOf } from '../workflow-files/given.ts'

/** `millrace workflows dry-run` */
export function dryRunCommand(): Command {
  return makeCommand(
    'dry-run',
    'list the steps of a graph or flow as they would run; nothing is run',
    [
      'millrace workflows dry-run order.yaml',
      `millrace workflows dry-run order.yaml '{"amount": 50}'`,
    ],
  )
    .argument('<file>', 'a document of JSON or YAML, or code; - reads a document from stdin')
    .argument('[input]', 'JSON: choices and conditions that read nothing else are made with it')
    .action(async (file: string, text: string | undefined, _options: object, command: Command) => {
      const { out } = readSettings(command)
      const definitions = await definitionsOf(file)
      const input =
        text === undefined ? undefined : ((await readJsonArgument('input', text)) as Json)
      const { dryRun } = await import('../../graph/moving/index.ts')
      const isData = ({ kind }: Definition) => kind === 'graph' || kind === 'flow'
      const able = definitions.some(isData) ? definitions.filter(isData) : definitions
      for (const { id } of definitions.filter((one) => !able.includes(one)))
        out.note(`${id} is a function: only running it tells what it does.`)
      const runs = able.map((definition) => {
        const { id, version } = definition
        return { id, version, steps: dryRun(definition, input) }
      })
      out.show(runs, () => {
        return runs
          .map(({ id, steps }) => `${out.paint('bold', id)}\n${show(steps, out)}`)
          .join('\n\n')
      })
    })
}

function show(steps: readonly DryRunStep[], { paint, columns }: Output): string {
  const dim = (text: string) => paint('dim', text)
  return table(
    [
      { heading: dim('LAYER'), cell: ({ layer }) => String(layer), align: 'right' },
      { heading: dim('STEP'), cell: ({ id, isSkipped }) => (isSkipped ? dim(id) : id) },
      { heading: dim('TYPE'), cell: ({ type }) => type },
      { heading: dim('AFTER'), cell: ({ dependsOn }) => dependsOn.join(', ') },
      { heading: dim('NOTES'), cell: (step) => notes(step), text: true },
    ],
    steps,
    columns,
  )
}

function notes(step: DryRunStep): string {
  const { within, onlyIf = [], branches = {}, takes, isSkipped, waitsFor, problem } = step
  const ways = Object.entries(branches).map(
    ([branch, ids]) => `${branch}: ${ids.join(', ') || '–'}`,
  )
  return [
    ...(isSkipped ? ['skipped'] : []),
    ...(takes === undefined ? [] : [`takes ${takes}`]),
    ...(problem === undefined ? [] : [`fails: ${problem}`]),
    ...(within === undefined ? [] : [`in ${within}`]),
    ...onlyIf.map((choice) => `if ${choice}`),
    ...(ways.length === 0 ? [] : [ways.join('; ')]),
    ...(waitsFor === undefined ? [] : [`waits: ${waitsFor}`]),
  ].join(' · ')
}

import { type Bench, settingsOf } from '../bench.ts'
import { type Cell, WIDEST_SPREAD } from '../sheet.ts'
import { workloads } from '../workloads/index.ts'
import { addToDocument } from './add.ts'
import { judge } from './budgets.ts'
import { machine, versionOf } from './machine.ts'
import { table, workloadTable } from './tables.ts'

/** RESULTS.md: everything that was measured, and how. Never edited by hand. */
export function makeDocument(
  bench: Bench,
  cells: readonly Cell[],
  plots: readonly [string, string][],
): string {
  return [
    '# Results',
    'Written by `npm run bench`; how each figure comes about is in [README.md](README.md).',
    ...plots.map(([file, title]) => `![${title}](plots/${file})`),
    '## Budgets',
    budgetTable(cells),
    'What bounds those that are missed, and what was tried: [bounds.md](bounds.md).',
    '## Where and what',
    facts(bench),
    ...workloadSections(cells),
    ...failures(bench),
    '## Settings',
    'Found by `npm run bench -- --sweep`, whose figures are in [settings.json](settings.json).',
    settingsTable(bench),
    '## How to read the figures',
    caveats(bench),
    '',
  ].join('\n\n')
}

/** The committed RESULTS.md with these workloads anew. @param all the cells of the whole of it */
export function addDocument(
  { server }: Bench,
  cells: readonly Cell[],
  all: readonly Cell[],
): string {
  const date = new Date().toISOString().slice(0, 10)
  const measured = `${date}, ${machine()}, Postgres ${server.version}`
  return addToDocument(workloadSections(cells), budgetTable(all), measured)
}

function budgetTable(cells: readonly Cell[]): string {
  const marks = { true: '✓', false: '✗ **missed**', null: '' }
  const rows = judge(cells).map(({ what, budget, measured, met }) => [
    what,
    budget,
    measured,
    marks[`${met}`],
  ])
  return table(['what', 'budget', 'measured', ''], rows)
}

function facts({ server, systems, options }: Bench): string {
  const settings = Object.entries(server.settings).map(([name, value]) => `${name} = ${value}`)
  const sync = server.syncMs === null ? '' : `${server.syncMs.toFixed(2)} ms`
  return table(
    ['', ''],
    [
      ['date', new Date().toISOString().slice(0, 10)],
      ['machine', machine()],
      ['Node, of every process', process.version],
      ['Postgres', `${server.version}${server.embedded ? ', embedded' : ''}`],
      ['its settings', settings.join(', ')],
      ['one 8 kB write and fdatasync', sync || 'unknown'],
      ['systems', systems.map((each) => `${each.name} ${versionOf(each)}`).join(', ')],
      ['rounds', `${options.rounds}${options.quick ? ', quick' : ''}`],
    ],
  )
}

function workloadSections(cells: readonly Cell[]): string[] {
  const names = [...new Set(cells.map(({ workload }) => workload))]
  const begun = new Set<string>()
  return names.flatMap((name) => {
    const { name: whole, title } = workloadOf(name)
    const heading = begun.has(whole) ? [] : [`## ${whole}: ${title}`]
    // W7-empty and the like are parts of a workload
    const part = heading.length > 0 && name === whole ? [] : [`### ${name}`]
    begun.add(whole)
    return [...heading, ...part, workloadTable(cells, name)]
  })
}

/** Of a table. */
function workloadOf(name: string): { name: string; title: string } {
  const isPart = (whole: string) => name.startsWith(`${whole}-`)
  return (
    workloads.find((workload) => workload.name === name) ??
    workloads.find((workload) => isPart(workload.name)) ?? { name, title: name }
  )
}

function failures({ sheet }: Bench): string[] {
  if (sheet.failures.length === 0) return []
  const rows = sheet.failures.map(({ workload, system, reason }) => [
    workload,
    system,
    reason.replaceAll('|', '\\|'),
  ])
  return ['## Failed', table(['workload', 'system', 'reason'], rows)]
}

function settingsTable(bench: Bench): string {
  const shown = (settings: object | null) =>
    settings === null
      ? 'the same'
      : Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')
  const rows = bench.systems.map((system) => [
    system.name,
    shown(settingsOf(bench, system)),
    bench.settings.has(system.name) ? 'swept' : 'not swept: the first that a sweep would try',
    shown(system.latency.best),
    shown(system.latency.byDefault),
  ])
  return table(['system', 'all workloads', '', 'W4', 'W4-default, idle'], rows)
}

function caveats({ server }: Bench): string {
  const lines = [
    'A figure is the median of its rounds, with the least and the most in brackets. In bold: ' +
      'against the best peer of the same round, above 1 is better, the median of the rounds.',
    `⚠: the rounds are more than ${WIDEST_SPREAD} times apart, or there was only one: no figure ` +
      'to be trusted.',
    'Client, worker and Postgres share the machine. On a disk that syncs slowly the number of ' +
      'transactions matters more than here.',
    'Draining includes the start of the worker. WAL figures follow a checkpoint, so each page ' +
      'touched is there once in full: scattered keys show more of this than those that grow.',
    '"Cores of others": what the rest of the machine used, the bench itself included.',
    'A wait for a result that a system cannot push is a poll each millisecond (10 ms by default).',
    'The floor on the SQL side is compared by CPU time of the whole Postgres server: through a ' +
      'client both sides are bound by that client first.',
    ...(server.pid === null ? ['CPU of Postgres could not be read on this server.'] : []),
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}

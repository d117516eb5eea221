import { entries, shownValue } from './read-configuration.ts'

/** The settings as a table of markdown: docs/server-command.md has it, and a test compares. */
export function configurationTable(): string {
  const rows = entries().map(([name, setting]) => {
    const { about, env, flag, value, otherwise, kind } = setting
    const [own, ...others] = env.map(code)
    const names = [own, ...others.map((other) => `or ${other}`)].join(' ')
    const usual = value === undefined ? (otherwise ?? '') : code(shownValue(setting, value))
    const said = flag === undefined ? '' : code(flag)
    return [code(name), names, said, usual, `${about}; ${kind.rule}`]
  })
  const head = ['in a file', 'variable', 'flag', 'default', 'meaning; what it must be']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

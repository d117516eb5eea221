import type { Command } from 'commander'
import { decodeError } from '../../kernel/database-error.ts'
import { UnavailableError } from '../../model/errors.ts'
import { withDatabase } from '../connection.ts'
import { type Check, fail, type Patient, type Verdict } from '../doctor/check.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { count } from '../show/words.ts'
import { printable } from '../style.ts'
import { wrap } from '../wrap.ts'

type Finding = Verdict & { readonly name: string }

/** `millrace doctor` */
export function doctorCommand(): Command {
  const examples = ['millrace doctor', 'millrace doctor --json', 'millrace doctor && deploy']
  return makeCommand('doctor', 'look for what is wrong, and say what to do', examples).action(
    async (_options: object, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const findings = await withDatabase(settings, (db, { embedded }) =>
        examine({ db, embedded, schema: db.schema, tenant: settings.tenant ?? 'default' }),
      )
      const healthy = findings.every(({ status }) => status !== 'fail')
      out.show({ ok: healthy, checks: findings }, () => showFindings(findings, out))
      if (!healthy) process.exitCode = 1
    },
  )
}

async function examine(patient: Patient): Promise<Finding[]> {
  const { checks, connection } = await import('../doctor/checks.ts')
  const first = await findings(connection, patient)
  if (first.some(({ status }) => status === 'fail')) return first
  const all = [...first]
  // one after the other: each shall find a database that is not busy with the others
  for (const check of checks) all.push(...(await findings(check, patient)))
  return all
}

/** A check that fails itself is a finding too. */
async function findings(check: Check, patient: Patient): Promise<Finding[]> {
  const { name } = check
  try {
    return [await check.look(patient)].flat().map((verdict) => ({ name, ...verdict }))
  } catch (error) {
    const decoded = decodeError(error) as Error
    const away = decoded instanceof UnavailableError
    const remedy = away ? 'Start it, or correct DATABASE_URL.' : 'The log of Postgres may say more.'
    return [{ name, ...fail(decoded.message, remedy) }]
  }
}

const signs = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  skip: ['–', 'dim'],
} as const

function showFindings(all: readonly Finding[], { paint, quiet, columns }: Output): string {
  const width = Math.max(...all.map(({ name }) => name.length))
  const lines = all
    .filter(({ status }) => !quiet || status === 'warn' || status === 'fail')
    .map(({ name, status, message, remedy }) => {
      const [sign, colour] = signs[status]
      const verdict = paint(colour, `${sign} ${status.padEnd(4)}`)
      const line = `${verdict}  ${name.padEnd(width)}  ${printable(message)}`
      return wrap(remedy === undefined ? line : `${line}\n→ ${remedy}`, columns, width + 10)
    })
  return quiet ? lines.join('\n') : `${lines.join('\n')}\n\n${summary(all, paint)}`
}

function summary(all: readonly Finding[], paint: Output['paint']): string {
  const number = (status: Verdict['status']) => all.filter((one) => one.status === status).length
  const [failed, warned] = [number('fail'), number('warn')]
  if (failed > 0) return paint('red', `${count(failed, 'thing')} must be mended.`)
  if (warned > 0) return paint('yellow', `It works; ${count(warned, 'thing')} to look at.`)
  return paint('green', 'All is well.')
}

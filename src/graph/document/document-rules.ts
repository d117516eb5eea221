import { checkCron } from '../../model/cron.ts'
import { isName } from '../../model/names.ts'
import { describeValue } from '../../model/text.ts'
import { checkTimeZone } from '../../model/time-zone.ts'
import { jsonTypeOf } from './field-kinds.ts'
import type { IssueList } from './issue-list.ts'
import { nameForm } from './text-forms.ts'

/** Rules about several fields of a document, or about what its texts say. */
export function checkDocumentRules(value: Record<string, unknown>, issues: IssueList): void {
  const { id, name, $schema, trigger_type: type, trigger_config: config } = value
  // without $schema it may be of the Workflow Automation Engine, where a name is a title
  const isId = typeof $schema === 'string' && id === undefined
  if (isId && typeof name === 'string' && !isName(name)) {
    const message = `The name of the document is ${describeValue(name)}, but is the id of its workflow too, and must be ${nameForm.rule}. Change it, or give an id beside it.`
    issues.add('VALIDATION_ERROR', '/name', message)
  }
  const given = jsonTypeOf(config) === 'object' ? (config as Record<string, unknown>) : {}
  if (type === 'cron' || Object.hasOwn(given, 'cron_expression'))
    checkCronTrigger(given.cron_expression, issues)
  const { timezone } = given
  if (timezone !== undefined)
    check('/trigger_config/timezone', () => checkTimeZone(timezone as string), issues)
}

function checkCronTrigger(cron: unknown, issues: IssueList): void {
  if (cron === undefined) {
    const message =
      'The document has trigger_type cron, but no trigger_config.cron_expression. Give one, like "0 9 * * 1-5".'
    issues.add('VALIDATION_ERROR', '/trigger_config', message)
    return
  }
  check('/trigger_config/cron_expression', () => checkCron(cron), issues)
}

function check(pointer: string, work: () => unknown, issues: IssueList): void {
  try {
    work()
  } catch (error) {
    issues.add('VALIDATION_ERROR', pointer, (error as Error).message)
  }
}

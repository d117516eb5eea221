import { beyondMachines } from '../../src/entity/document/expressions.ts'
import {
  ExpressionError,
  evaluateExpression,
  evaluateTemplate,
  hasTags,
  parseExpression,
  parseTemplate,
} from '../../src/graph/expression/index.ts'
import type { Kernel } from './kernel.ts'

/** What became of an expression: what it gives, or that it cannot be read, or has no value. */
export type Outcome = { value: unknown } | { unread: string } | { refused: string }
export type Case = { text: string; scope: object }

/** Makes a function of the database of a test that evaluates, and tells what was refused. */
export async function makeTrial(kernel: Kernel): Promise<void> {
  await kernel.query(`create function public.try_expression(p_text text, p_scope jsonb, p_template boolean) returns jsonb
    language plpgsql as $$
    declare v_tree jsonb;
    begin
      begin
        v_tree := case when p_template then millrace.parse_template(p_text) else millrace.parse_expression(p_text) end;
      exception when sqlstate 'MR030' then return jsonb_build_object('unread', sqlerrm);
      end;
      return jsonb_build_object('value', case when p_template then millrace.fill_template(to_jsonb(p_text), p_scope)
        else millrace.evaluate_expression(v_tree, p_scope) end);
    exception when sqlstate 'MR030' then return jsonb_build_object('refused', sqlerrm);
    end $$`)
}

/** Of many expressions, by the database. */
export async function inDatabase(
  kernel: Kernel,
  cases: readonly Case[],
  isTemplate = false,
): Promise<Outcome[]> {
  const rows = await kernel.query<{ outcome: Outcome }>(
    `select public.try_expression(u.text, u.scope::jsonb, $3) as outcome
     from unnest($1::text[], $2::text[]) with ordinality u (text, scope, n) order by u.n`,
    [cases.map(({ text }) => text), cases.map(({ scope }) => JSON.stringify(scope)), isTemplate],
  )
  return rows.map(({ outcome }) => outcome)
}

/** Of one, by the interpreter of graphs, of whose language machines have a part. */
export function inInterpreter({ text, scope }: Case, isTemplate = false): Outcome {
  let stage: 'unread' | 'refused' = 'unread'
  try {
    const read = isTemplate ? parseTemplate(text) : parseExpression(text)
    const parts = 'root' in read ? [read] : read.parts
    for (const part of parts) {
      const [problem] = typeof part === 'string' ? [] : beyondMachines(part)
      if (problem) return { unread: problem.what }
    }
    stage = 'refused'
    if ('root' in read) return { value: evaluateExpression(read, scope as Record<string, unknown>) }
    if (!text.includes('{{') || !hasTags(text)) return { value: text }
    return { value: evaluateTemplate(read, scope as Record<string, unknown>) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { [stage]: error.message } as Outcome
  }
}

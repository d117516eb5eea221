import type { Fields } from './field-kinds.ts'
import { nameForm, titleForm } from './text-forms.ts'

/** What the Workflow Automation Engine adds when it tells a document; so that it can be given back. */
const answered: Fields = {
  created_at: {
    kind: { is: 'text', most: 200 },
    ignored: true,
    about: 'Of the Workflow Automation Engine; not read',
  },
  updated_at: {
    kind: { is: 'text', most: 200 },
    ignored: true,
    about: 'Of the Workflow Automation Engine; not read',
  },
}

/** Of a document as a whole. */
export const documentFields: Fields = {
  $schema: {
    kind: { is: 'text', most: 1000 },
    about: 'Where the JSON Schema is, for the completion of editors',
  },
  id: {
    kind: { is: 'text', form: nameForm },
    about: 'The id of its workflow; default: the name, or what can be made of it',
  },
  name: {
    kind: { is: 'text', form: titleForm },
    required: true,
    about:
      'What its workflow is called; with $schema and without an id also its id, so letters, digits, spaces and "_.:-"',
  },
  version: {
    kind: { is: 'text', form: nameForm },
    about: 'Default: made from the content, so a changed graph is another version',
  },
  description: { kind: { is: 'text', most: 10_000 }, about: 'For people' },
  input_schema: { kind: { is: 'schema' }, about: 'JSON Schema of what a start gives' },
  timeout: {
    kind: { is: 'duration' },
    about: 'How long a run may take; a bare number is seconds; default: no limit',
  },
  output: {
    kind: { is: 'values' },
    about: 'What a run gives; default: the outputs of the nodes on which none depends, by id',
  },
  trigger_type: {
    kind: { is: 'choice', of: ['manual', 'webhook', 'cron'] },
    about: "What starts runs; default 'manual'",
  },
  trigger_config: {
    kind: { is: 'record', of: { is: 'json' } },
    about: 'For cron: cron_expression (5 or 6 fields) and timezone (default UTC)',
  },
  webhook_secret: {
    kind: { is: 'text', most: 1000 },
    about: 'With it, calls of the webhook must be signed',
  },
  webhook_path: {
    kind: { is: 'text', most: 200 },
    about: 'Where the webhook is; default: drawn when the workflow is stored',
  },
  is_active: {
    kind: { is: 'flag' },
    about: 'False: no run may be started, and its cron starts none; default true',
  },
  steps: { kind: { is: 'nodes' }, required: true, about: 'The nodes' },
  ...answered,
}

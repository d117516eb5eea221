import type { Fields, Kind } from '../../graph/document/field-kinds.ts'
import { nameForm } from '../../graph/document/text-forms.ts'

const name: Kind = { is: 'text', form: nameForm }
const anything: Kind = { is: 'record', of: { is: 'json' } }
const text: Kind = {
  is: 'text',
  form: { pattern: '^[^\\u0000]{1,200}$', rule: 'a text of 1 to 200 characters' },
}
const texts: Kind = { is: 'either', of: [text, { is: 'list', of: text, least: 1, most: 100 }] }

/** Of an action: what is done in the same commit. */
export const actionFields: Fields = {
  start: { kind: name, about: 'The workflow of which a run is started' },
  input: {
    kind: { is: 'values' },
    about: 'Of a start: what the run is given; default: the entity and the transition',
  },
  signal: { kind: name, about: 'The signal that a run is sent' },
  run_id: {
    kind: { is: 'template', most: 1000 },
    about: 'Of a signal: the run, such as {{ metadata.run_id }}',
  },
  data: {
    kind: { is: 'values' },
    about: 'Of a signal or a webhook: what it carries; default: the entity and the transition',
  },
  webhook: { kind: name, about: 'The outgoing webhook that is called' },
}

const actions: Kind = { is: 'list', of: { is: 'fields', fields: actionFields }, most: 100 }

/** Of `workflow`. */
export const workflowFields: Fields = {
  name: { kind: name, required: true, about: 'What the machine is called' },
  version: {
    kind: name,
    about: "Default '1'; with another content it must be another one",
  },
  table: {
    kind: text,
    about: 'The table of the rows whose states these are: the default of starts',
  },
  metadata: { kind: anything, about: 'For people and applications' },
}

/** Of a state. */
export const stateFields: Fields = {
  name: { kind: name, required: true, about: 'Unique in the machine' },
  initial: { kind: { is: 'flag' }, about: 'Entities begin there; of exactly one state' },
  final: { kind: { is: 'flag' }, about: 'An entity that is there has ended' },
  metadata: { kind: anything, about: 'For people and applications' },
  on_enter: { kind: actions, about: 'What is done when it is entered' },
  on_leave: { kind: actions, about: 'What is done when it is left' },
  sla: {
    kind: { is: 'duration' },
    about: 'How long an entity should be in it at most; a bare number is seconds',
  },
}

/** From a state, from several, or from all. */
const from: Kind = {
  is: 'either',
  of: [
    {
      is: 'text',
      form: {
        pattern: `^(\\*|${nameForm.pattern.slice(1, -1)})$`,
        rule: `"*", or ${nameForm.rule}`,
      },
    },
    { is: 'list', of: name, least: 1, most: 1000 },
  ],
}

/** Of a transition. */
export const transitionFields: Fields = {
  from: {
    kind: from,
    required: true,
    about:
      'The state that it leaves, a list of them, or "*": all but final ones and where it leads',
  },
  to: { kind: name, required: true, about: 'The state that it leads to' },
  name: { kind: name, about: "Default: 'transition_to_' and the state" },
  conditions: {
    kind: { is: 'either', of: [{ is: 'expression' }, anything] },
    about: 'An expression, or an object: known forms are enforced, all else is kept and shown',
  },
  context: { kind: anything, about: 'For the application; never enforced' },
  metadata: { kind: anything, about: 'For people and applications' },
  after: {
    kind: { is: 'duration' },
    about:
      'It moves by itself, so long after the state was entered; a bare number is seconds. Where timers alone lead round, one is at least 1 second',
  },
  requires_role: { kind: texts, about: 'Who does it must have one of these roles' },
  four_eyes: {
    kind: {
      is: 'either',
      of: [{ is: 'flag' }, name, { is: 'list', of: name, least: 1, most: 100 }],
    },
    about: 'Who did the transition before may not do it; or who did one of those that are named',
  },
  reason_required: { kind: { is: 'flag' }, about: 'Who does it must give notes' },
  actions: { kind: actions, about: 'What is done with it' },
}

/** Of a document as a whole. */
export const machineFields: Fields = {
  $schema: {
    kind: { is: 'text', most: 1000 },
    about: 'Where the JSON Schema is, for the completion of editors',
  },
  workflow: {
    kind: { is: 'fields', fields: workflowFields },
    required: true,
    about: 'What the machine is',
  },
  states: {
    kind: { is: 'list', of: { is: 'fields', fields: stateFields }, least: 1, most: 1000 },
    required: true,
    about: 'Where an entity may be',
  },
  transitions: {
    kind: { is: 'list', of: { is: 'fields', fields: transitionFields }, most: 5000 },
    about: 'The ways between them; without any, each state leads to each other one',
  },
}

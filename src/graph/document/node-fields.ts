import {
  MAX_ASKED,
  MAX_ATTEMPTS,
  MAX_DURATION_MS,
  MAX_ITERATIONS,
  MAX_MAP_ITEMS,
  MAX_QUESTION,
} from '../../model/limits.ts'
import type { Field, Fields, Kind } from './field-kinds.ts'
import type { NodeType } from './graph-document.ts'
import {
  headerNameForm,
  headerValueForm,
  identifierForm,
  nameForm,
  nodeIdForm,
} from './text-forms.ts'

const MAX_SECONDS = MAX_DURATION_MS / 1000

const duration: Kind = { is: 'duration' }
const seconds: Kind = { is: 'number', above: 0, most: MAX_SECONDS }
const ids: Kind = { is: 'list', of: { is: 'text', form: nodeIdForm } }
const blocks: Kind = {
  is: 'either',
  of: [
    { is: 'list', of: { is: 'nodes' }, least: 2, most: 100 },
    { is: 'record', of: { is: 'nodes' }, keys: identifierForm, least: 2 },
  ],
}

/** What each node may have, beside `type` and `config`. */
export const commonFields: Fields = {
  id: {
    kind: { is: 'text', form: nodeIdForm },
    required: true,
    about: 'Unique in the whole document, nested blocks included',
  },
  description: { kind: { is: 'text', most: 2000 }, about: 'For people' },
  depends_on: {
    kind: ids,
    about: 'Ids of the nodes of the same block after which this one comes; default: none',
  },
  timeout: {
    kind: duration,
    about: 'How long one attempt may take; a bare number is seconds; default: no limit',
  },
  retry: {
    kind: {
      is: 'fields',
      fields: {
        max_attempts: {
          kind: { is: 'whole', least: 1, most: MAX_ATTEMPTS },
          about: 'Attempts, the first one counted; default 3',
        },
        delay_seconds: {
          kind: { is: 'number', least: 0, most: MAX_SECONDS },
          about: 'Seconds before the second attempt; default 1',
        },
        max_delay_seconds: { kind: seconds, about: 'The longest delay, in seconds; default 300' },
        backoff: {
          kind: { is: 'choice', of: ['exponential', 'linear', 'fixed'] },
          about: "How the delay grows; default 'exponential'",
        },
        jitter: {
          kind: { is: 'flag' },
          about: 'Whether the delay is multiplied by a random number from 0.5 to 1; default true',
        },
      },
    },
    about: 'How a failed attempt is repeated',
  },
  on_error: {
    kind: {
      is: 'either',
      of: [
        { is: 'choice', of: ['fail', 'skip'] },
        {
          is: 'fields',
          fields: {
            continue_with: {
              kind: { is: 'json' },
              required: true,
              about: 'The output that the node then has, as it is',
            },
          },
        },
      ],
    },
    about:
      "When the attempts are used up: 'fail' the run (default), 'skip' the node, or go on with a value",
  },
  queue: {
    kind: { is: 'text', form: nameForm },
    about: 'The queue whose workers take this node; default: where the run is',
  },
}

/** What a type of node does, and the fields of its `config`. */
export type NodeTypeEntry = { readonly about: string; readonly config: Fields }

const http: NodeTypeEntry = {
  about:
    'Calls a server. 5xx, 429 and network errors are tried again; the output has status_code, headers, body, duration_ms',
  config: {
    url: {
      kind: { is: 'template', most: 8192, form: headerValueForm },
      required: true,
      about: 'http or https; only public addresses, unless the operator allows others',
    },
    method: {
      kind: {
        is: 'choice',
        of: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        anyCase: true,
      },
      about: 'Default GET',
    },
    headers: {
      kind: {
        is: 'record',
        of: { is: 'template', most: 8192, form: headerValueForm },
        keys: headerNameForm,
      },
      about: 'Headers of the request',
    },
    body: {
      kind: { is: 'values' },
      about: 'A text is sent as it is, everything else as JSON',
    },
    timeout_seconds: { kind: seconds, about: 'How long the call may take, in seconds; default 30' },
    expect: {
      kind: { is: 'list', of: { is: 'whole', least: 100, most: 599 }, least: 1, most: 100 },
      about: 'Statuses that are a success; default: all but 5xx and 429',
    },
    response: {
      kind: { is: 'choice', of: ['text', 'json', 'auto'] },
      about:
        "How the body is read: 'auto' by its content type; default 'auto' in documents with $schema, else 'text'",
    },
    max_response_bytes: {
      kind: { is: 'whole', least: 1, most: 64 * 1024 * 1024 },
      about: 'Bytes of the body that are read; default 1 MiB',
    },
  },
}

const branchList = (which: string): Field => ({
  kind: ids,
  about: `Ids of the nodes that run only if ${which}; each depends on this node`,
})

const condition: NodeTypeEntry = {
  about:
    'Chooses one of two branches; the nodes of the other are skipped. The output has result, branch, branch_steps',
  config: {
    expression: {
      kind: { is: 'expression' },
      required: true,
      about: "What is asked; '', 'false', '0', 'none', 0, null and what is empty count as false",
    },
    true_branch: branchList('it is true'),
    false_branch: branchList('it is false'),
  },
}

const switchNode: NodeTypeEntry = {
  about: 'Chooses one of several branches by a value. The output has result, branch, branch_steps',
  config: {
    expression: { kind: { is: 'expression' }, required: true, about: 'The value' },
    cases: {
      kind: { is: 'record', of: ids, least: 1 },
      required: true,
      about: 'By value, as text: ids of the nodes that run only then; each depends on this node',
    },
    default: branchList('no case fits'),
  },
}

const waitFor: NodeTypeEntry = {
  about: 'Waits for an event or a signal; the output is what it brings, null if none came in time',
  config: {
    event_name: { kind: { is: 'text', form: nameForm }, required: true, about: 'Its name' },
    key: {
      kind: { is: 'template', most: 1000 },
      about: 'Of an event that is told to all: only that with this key',
    },
    timeout: { kind: duration, about: 'How long; a bare number is seconds; default: for ever' },
    schema: { kind: { is: 'schema' }, about: 'JSON Schema of what it must bring' },
  },
}

const approval: NodeTypeEntry = {
  about: 'Asks people; the output has approved, expired, by, comment, data',
  config: {
    question: {
      kind: { is: 'template', most: MAX_QUESTION },
      required: true,
      about: 'What they are asked',
    },
    assignees: {
      kind: { is: 'list', of: { is: 'template', most: 256 }, most: MAX_ASKED },
      about: 'Who may answer, by name; with roles empty as well: anybody',
    },
    roles: {
      kind: { is: 'list', of: { is: 'text', most: 256 }, most: MAX_ASKED },
      about: 'Who may answer, by what they are',
    },
    details: { kind: { is: 'values' }, about: 'What they should know' },
    timeout: { kind: duration, about: 'Until when; a bare number is seconds; default: for ever' },
    on_timeout: {
      kind: { is: 'choice', of: ['approve', 'reject'] },
      about: "What counts when nobody has answered in time; default 'reject'",
    },
  },
}

const nodes: Field = {
  kind: { is: 'nodes' },
  required: true,
  about: 'The nodes of the block, as those of the document',
}

const map: NodeTypeEntry = {
  about:
    'Runs its block for every item of a list; the output is the list of what the blocks gave, in order',
  config: {
    items: {
      kind: {
        is: 'either',
        of: [{ is: 'expression' }, { is: 'list', of: { is: 'values' }, most: MAX_MAP_ITEMS }],
      },
      required: true,
      about: 'The list',
    },
    as: {
      kind: { is: 'text', form: identifierForm },
      about: "What expressions of the block call the item, beside index; default 'item'",
    },
    concurrency: {
      kind: { is: 'whole', least: 1, most: MAX_MAP_ITEMS },
      about: 'Items at once; default: all',
    },
    steps: nodes,
  },
}

const loop: NodeTypeEntry = {
  about:
    'Runs its block, and again as long as the expression is true; the output is the list of what each time gave',
  config: {
    while: {
      kind: { is: 'expression' },
      required: true,
      about:
        'Asked after each time; may read the nodes of the block, loop.index (from 0) and loop.last',
    },
    max_iterations: {
      kind: { is: 'whole', least: 1, most: MAX_ITERATIONS },
      required: true,
      about: 'How many times at most; more fail the node',
    },
    steps: nodes,
  },
}

/** Every type of node, in the order of the documentation. */
export const nodeTypes: Readonly<Record<NodeType, NodeTypeEntry>> = {
  http,
  transform: {
    about: 'Makes a value of others; the output has it as result',
    config: {
      expression: {
        kind: { is: 'values' },
        required: true,
        about: 'The value: a text, or any JSON with texts in it',
      },
    },
  },
  condition,
  switch: switchNode,
  delay: {
    about: 'Waits, without a worker; the output has delayed_seconds',
    config: {
      seconds: { kind: seconds, about: 'How long, in seconds; this or duration' },
      duration: { kind: duration, about: "How long, as a text like '2 hours'; this or seconds" },
    },
  },
  wait_until: {
    about: 'Waits until an instant, without a worker',
    config: {
      at: {
        kind: { is: 'template', most: 1000 },
        required: true,
        about: "ISO 8601 with its offset, like '2027-03-01T09:00:00Z'",
      },
    },
  },
  wait_for: waitFor,
  approval,
  step: {
    about: 'Calls a step that is registered in code, by name; the output is what it returns',
    config: {
      step: { kind: { is: 'text', form: nameForm }, required: true, about: 'Its name' },
      input: { kind: { is: 'values' }, about: 'What it is given; default: nothing' },
    },
  },
  sub_workflow: {
    about: 'Runs another workflow of any kind as a child; the output has status and context',
    config: {
      workflow_id: { kind: { is: 'text', form: nameForm }, required: true, about: 'Its id' },
      input_mapping: { kind: { is: 'values' }, about: 'Its input; default: nothing' },
    },
  },
  sql: {
    about: 'Runs a statement that the operator has registered, by name; the output has its rows',
    config: {
      statement: { kind: { is: 'text', form: nameForm }, required: true, about: 'Its name' },
      params: {
        kind: { is: 'list', of: { is: 'values' }, most: 100 },
        about: 'Values of $1, $2 and so on',
      },
    },
  },
  map,
  loop,
  parallel: {
    about:
      'Runs blocks side by side; the output is an object of what each gave, by name (b0, b1 … for a list)',
    config: {
      branches: { kind: blocks, required: true, about: 'The blocks: a list of them, or by name' },
    },
  },
  race: {
    about:
      'Runs blocks side by side until the first has ended, and cancels the others; the output has winner and output',
    config: {
      branches: { kind: blocks, required: true, about: 'The blocks: a list of them, or by name' },
    },
  },
}

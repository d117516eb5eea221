import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../model/duration.ts'
import { withClient } from '../connection.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'

type Slots = { limit: number; key?: string[] }
type Rate = { limit: number; period: number; key?: string[] }
type Options = { concurrency?: Slots[]; rate?: Rate[]; fairness?: string }

/** `millrace queues put` */
export function putQueueCommand(): Command {
  return makeCommand('put', 'set the limits of a queue, in place of those that it had', [
    'millrace queues put mail --concurrency 10 --concurrency 2:customer.id',
    'millrace queues put mail --rate "100/1 minute"',
    'millrace queues put mail                 # no limits any more',
  ])
    .argument('<queue>')
    .option('--concurrency <n[:path,…]>', 'runs at once, in all or for each key', slots)
    .option('--rate <n/period[:path,…]>', 'runs that begin in a period', rate)
    .option('--fairness <path,…>', 'runs with different keys take turns')
    .action(async (queue: string, options: Options, command: Command) => {
      const settings = readSettings(command)
      const { concurrency, rate: rateLimit, fairness } = options
      const limits = {
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(rateLimit === undefined ? {} : { rateLimit }),
        ...(fairness === undefined ? {} : { fairness: { key: fairness.split(',') } }),
      }
      await withClient(settings, (client) => client.putQueue(queue, limits))
      settings.out.show({ queue, ...limits }, () => '')
      settings.out.note(
        Object.keys(limits).length === 0
          ? `Queue "${queue}" has no limits any more.`
          : `The limits of queue "${queue}" hold from the next run that a worker is given.`,
      )
    })
}

function slots(text: string, earlier: readonly Slots[] = []): Slots[] {
  const found = /^(\d+)(?::(.+))?$/.exec(text)
  if (!found) throw new InvalidArgumentError('Give a number, or one for each key: 2:customer.id.')
  return [...earlier, { limit: Number(found[1]), ...keyOf(found[2]) }]
}

function rate(text: string, earlier: readonly Rate[] = []): Rate[] {
  const found = /^(\d+)\/([^:]+)(?::(.+))?$/.exec(text)
  try {
    if (found) {
      const period = parseDuration(found[2] as string)
      return [...earlier, { limit: Number(found[1]), period, ...keyOf(found[3]) }]
    }
  } catch {}
  throw new InvalidArgumentError(
    'Give runs in a period, like "100/1 minute" or "5/1s:customer.id".',
  )
}

function keyOf(paths: string | undefined): { key?: string[] } {
  return paths === undefined ? {} : { key: paths.split(',') }
}

import type { UndoBegin } from '../../src/model/journal.ts'
import type { Ledger, Message } from './ledger.ts'
import { readInput } from './program.ts'
import type { Remains } from './remains.ts'

/** Checks, when a history is over, what the database holds against what the ledger saw. */
export function checkRemains(ledger: Ledger, remains: ReadonlyMap<string, Remains>): void {
  const violated = (run: string, what: string) => ledger.violated(`run ${run} ${what}`)
  checkExistence(ledger, remains, violated)
  for (const run of remains.values()) {
    checkJournal(ledger, run, violated)
    checkResults(ledger, run, violated)
    checkTransactions(run, violated)
    checkTimes(ledger, run, violated)
    checkEnd(ledger, run, violated)
    checkUndos(ledger, run, violated)
    checkChildren(run, remains, violated)
    checkMessages(ledger, run, violated)
  }
}

type Violated = (run: string, what: string) => void

/** What was acknowledged is there; what is there was asked for. */
function checkExistence(
  ledger: Ledger,
  remains: ReadonlyMap<string, Remains>,
  violated: Violated,
): void {
  for (const [run, { acknowledged }] of ledger.starts) {
    if (acknowledged && !remains.has(run)) violated(run, 'was acknowledged, and is not there')
  }
  let unknown = 0
  for (const run of remains.values()) {
    if (!run.outcome) violated(run.run, 'never ended')
    if (ledger.starts.has(run.run) || ledger.retries.has(run.run)) continue
    if (run.meta.schedule !== undefined || readInput(run.input).event !== undefined) continue
    if (run.parent === null) unknown++
    else if (!startedBy(run, remains.get(run.parent)))
      violated(run.run, `is a child of ${run.parent}, who does not know it`)
  }
  if (unknown > 2 * ledger.unknownRetries) violated('?', `${unknown} runs that nobody asked for`)
}

function startedBy(child: Remains, parent: Remains | undefined): boolean {
  return (
    parent?.journal.some(({ kind, data }) => kind === 'c' && data?.includes(`"${child.run}"`)) ===
    true
  )
}

function checkJournal(ledger: Ledger, { run, journal, items }: Remains, violated: Violated): void {
  const ended = new Set<string>()
  let fence = 0n
  journal.forEach(({ seq, kind, name, data }, i) => {
    if (seq !== i) violated(run, `has row ${seq} at place ${i}`)
    if ('refgtoc'.includes(kind) && !items.has(name ?? ''))
      violated(run, `has a row ${kind} of "${name}"`)
    if ('rfgto'.includes(kind)) {
      if (ended.has(name ?? '')) violated(run, `has "${name}" ended twice`)
      ended.add(name ?? '')
    }
    const effect = 'ref'.includes(kind) ? ledger.effects.get(data ?? '') : undefined
    if (!effect) return
    if (effect.fence < fence) violated(run, `has fence ${effect.fence} after ${fence}`)
    fence = effect.fence
  })
}

/** Every recorded result was made by an attempt that was entitled to; every acknowledged one is recorded. */
function checkResults(
  ledger: Ledger,
  { run, journal, items, retriedFrom }: Remains,
  violated: Violated,
): void {
  const results = new Map<string, string>()
  const copied = retriedFrom !== null
  for (const { kind, name, data } of journal) {
    if (!'ref'.includes(kind)) continue
    const effect = ledger.effects.get(data ?? '')
    if (!effect || effect.key !== name || (effect.run !== run && !copied)) {
      if (!copied) violated(run, `has a result of "${name}" that nobody made: ${data}`)
    } else if (ledger.refused.has(data ?? ''))
      violated(run, `has a result of "${name}" that was refused`)
    if (kind !== 'e') results.set(name ?? '', data ?? '')
  }
  for (const key of items.keys()) {
    const tag = ledger.acknowledged.get(`${run}/${key}`)
    if (tag !== undefined && results.get(key) !== tag)
      violated(run, `lost the acknowledged result of "${key}"`)
  }
}

/** The user's rows and the results are the same ones. */
function checkTransactions(
  { run, journal, items, committed, retriedFrom }: Remains,
  violated: Violated,
): void {
  if (retriedFrom !== null) return
  for (const item of items.values()) {
    if (item.kind !== 'transaction') continue
    const recorded = journal
      .filter(({ kind, name }) => kind === 'r' && name === item.key)
      .map(({ data }) => data)
    const there = committed.get(item.key) ?? []
    if (recorded.join() !== there.join()) {
      violated(run, `recorded transaction "${item.key}" as [${recorded}], and committed [${there}]`)
    }
  }
}

/** No wait ends before its time. */
function checkTimes(
  ledger: Ledger,
  { run, journal, createdAt, outcome, retriedFrom }: Remains,
  violated: Violated,
): void {
  if (ledger.forwarded.has(run)) return
  for (const { kind, name, at } of journal) {
    if (kind !== 't' && kind !== 'o') continue
    const due = ledger.dueAt(run, name ?? '')
    if (due === undefined) {
      if (retriedFrom === null) violated(run, `has the end of "${name}", for which nobody asked`)
    } else if (at.getTime() < due)
      violated(run, `ended "${name}" ${due - at.getTime()} ms too early`)
  }
  const start = ledger.starts.get(run)
  if (!outcome?.output?.includes('"MR054"')) return
  if (retriedFrom !== null || outcome.output.includes('"start_within"')) return
  if (start?.timeoutMs == null) violated(run, 'timed out, and has no time-out')
  else if (outcome.at.getTime() < createdAt.getTime() + start.timeoutMs)
    violated(run, 'timed out too early')
}

/** How it ended fits what it did; after a cancel nothing was written. */
function checkEnd(
  ledger: Ledger,
  { run, journal, outcome, program }: Remains,
  violated: Violated,
): void {
  const cancelled = journal.findIndex(({ kind }) => kind === 'x')
  const begin = journal.find(({ kind }) => kind === 'b')?.data
  // a cancel of a run that fails already changes nothing
  const wanted: string[] = [begin ? (JSON.parse(begin) as UndoBegin).status : 'x']
  if (ledger.terminated.has(run)) wanted.push('x')
  if (ledger.cancelled.has(run) && !wanted.includes(outcome?.status ?? ''))
    violated(run, `was cancelled, and is ${outcome?.status}`)
  if (outcome?.status === 'x' && cancelled !== journal.length - 1)
    violated(run, 'was written to after its cancel')
  if (outcome?.status !== 'x' && cancelled >= 0)
    violated(run, 'has a cancel in its journal, and another end')
  if (outcome?.status !== 'c') return
  const ended = new Set(journal.filter(({ kind }) => 'rgto'.includes(kind)).map(({ name }) => name))
  const open = program.stages.flat().find(({ key }) => !ended.has(key))
  if (open) violated(run, `completed without "${open.key}"`)
}

/** What a run did that did not complete is undone, the last first, and nothing began after that had. */
function checkUndos(
  ledger: Ledger,
  { run, journal, items, outcome }: Remains,
  violated: Violated,
): void {
  const at = (wanted: string) => journal.findIndex(({ kind }) => kind === wanted)
  const [armed, begin] = [at('a'), at('b')]
  const undone = journal.filter(({ kind }) => kind === 'n').map(({ name }) => name ?? '')
  if (outcome?.status === 'c' && begin >= 0) violated(run, 'completed, and was undone')
  if (begin >= 0 && armed < 0) violated(run, 'was undone without anything to undo')
  if (journal.filter(({ kind }) => kind === 'a' || kind === 'b').length > 2)
    violated(run, 'has more than one row a and one row b')
  const began = new Set(journal.slice(0, begin).map(({ name }) => name))
  for (const { kind, name } of begin < 0 ? [] : journal.slice(begin + 1)) {
    const item = items.get(name ?? '')
    if ('gtoc'.includes(kind)) violated(run, `has "${name}" after the begin of its undos`)
    if ('ref'.includes(kind) && item === undefined && !began.has(name))
      violated(run, `has "${name}" after the begin of its undos`)
  }
  if (outcome?.status === 'c' || ledger.terminated.has(run)) return
  const results = journal.slice(armed < 0 ? journal.length : armed).flatMap(({ kind, name }) => {
    const item = items.get(name ?? '')
    return kind === 'r' && item && 'undo' in item && item.undo ? [name ?? ''] : []
  })
  if (undone.join() !== results.reverse().join())
    violated(run, `did [${results}], and undid [${undone}]`)
  for (const step of undone) {
    const tag = ledger.acknowledged.get(`${run}/$undo:${step}`)
    const row = journal.find(({ kind, name }) => kind === 'n' && name === step)
    if (tag !== undefined && row?.data !== tag) violated(run, `lost the undo of "${step}"`)
  }
}

/** A child's end reaches its parent once, as it was. */
function checkChildren(
  parent: Remains,
  remains: ReadonlyMap<string, Remains>,
  violated: Violated,
): void {
  for (const { kind, name, data } of parent.journal) {
    if (kind !== 'c') continue
    const { run } = JSON.parse(data ?? '') as { run: string }
    const child = remains.get(run)
    if (!child) {
      violated(parent.run, `started ${run}, which is not there`)
      continue
    }
    if (child.parent !== parent.run && parent.retriedFrom === null)
      violated(run, `has the parent ${child.parent}`)
    const heard = parent.journal.find((row) => row.kind === 'g' && row.name === name)
    if (!heard || heard.data?.includes('forward')) continue
    const { status } = JSON.parse(heard.data ?? '') as { status: string }
    if (status !== child.outcome?.status)
      violated(parent.run, `heard ${status} of ${run}, which is ${child.outcome?.status}`)
  }
}

/** Messages are consumed once, in the order in which they came, and none that came before is left out. */
function checkMessages(
  ledger: Ledger,
  { run, journal, items, retriedFrom }: Remains,
  violated: Violated,
): void {
  const consumed: Message[] = []
  for (const { kind, name, data } of journal) {
    const item = items.get(name ?? '')
    if (kind !== 'g' || item?.kind !== 'wait' || data?.includes('forward')) continue
    const { id } = JSON.parse(data ?? '') as { id: string }
    const message = ledger.messages.get(`${run}/${id}`)
    if (!message && retriedFrom !== null) continue
    if (!message || message.name !== item.name)
      violated(run, `got ${data} for "${name}", which nobody sent`)
    else if (consumed.includes(message)) violated(run, `consumed message ${id} twice`)
    else consumed.push(message)
  }
  const mine = [...ledger.messages.values()].filter((message) => message.run === run)
  consumed.forEach((late, i) => {
    for (const early of mine) {
      if (
        early.name !== late.name ||
        !early.accepted ||
        early.answered === null ||
        early.answered > late.sent
      )
        continue
      const place = consumed.indexOf(early)
      if (place < 0 || place > i)
        violated(run, `consumed message ${late.id} before ${early.id}, which came first`)
    }
  })
}

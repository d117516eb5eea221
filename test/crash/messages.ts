import type { FaultyDatabase } from './faulty-database.ts'
import type { World } from './world.ts'

/** Sends messages until that is answered, and keeps in the ledger which were taken. */
export async function sendMessages(
  world: World,
  db: FaultyDatabase,
  messages: readonly { run: string; name: string; id: string }[],
): Promise<void> {
  const { ledger, lab } = world
  const sent = ledger.tick()
  for (const message of messages) {
    ledger.messages.set(`${message.run}/${message.id}`, {
      ...message,
      sent,
      answered: null,
      accepted: false,
    })
    ledger.note('', `message ${message.id} "${message.name}" to ${message.run}`)
  }
  const { answer } = await world.surely(() =>
    db.call<{ nth: number; accepted: boolean }>(
      'select * from millrace.send_signals($1, $2, $3, $4, $5)',
      [
        lab.tenant,
        messages.map(({ run }) => run),
        messages.map(({ id }) => id),
        messages.map(({ name }) => name),
        messages.map(({ id }) => JSON.stringify({ id })),
      ],
    ),
  )
  const answered = ledger.tick()
  for (const { nth, accepted } of answer) {
    const { run, id } = messages[nth - 1] as { run: string; id: string }
    Object.assign(ledger.messages.get(`${run}/${id}`) as object, { answered, accepted })
    ledger.note('', `message ${id} to ${run} ${accepted ? 'taken' : 'refused'}`)
  }
}

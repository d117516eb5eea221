import type { Page } from './page.ts'
import type { TimelineEntry } from './timeline.ts'

/** All pages of a timeline. */
export async function readWholeTimeline(
  read: (from: { startingAfter: string | null }) => Promise<Page<TimelineEntry>>,
): Promise<TimelineEntry[]> {
  const all: TimelineEntry[] = []
  for (let startingAfter: string | null = null; ; ) {
    const page = await read({ startingAfter })
    all.push(...page.items)
    startingAfter = page.nextCursor
    if (startingAfter === null) return all
  }
}

import type { Role } from '../auth/principal.ts'
import * as kernel from '../kernel/administration.ts'
import { WorkflowRunNotFoundError } from '../model/errors.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'
import { untilHeard } from './until-heard.ts'

/** Somebody who logs in elsewhere, and what that person may do in a tenant. */
export type Member = {
  /** As the tokens of the identity provider name them (`sub`). */
  subject: string
  email: string | null
  name: string | null
  roles: string[]
  createdAt: Date
  changedAt: Date
}

/** What is not given stays as it is; a new member is a viewer. */
export type PutMember = {
  subject: string
  roles?: readonly Role[]
  email?: string
  name?: string
  by?: string
}

export async function putOneMember(session: Session, p: PutMember): Promise<Member> {
  checkOptionNames('putMember', p, {
    subject: true,
    roles: true,
    email: true,
    name: true,
    by: true,
  })
  const { subject, roles, ...rest } = p
  const options = session.options({ ...rest, ...(roles && { roles: [...roles] }) })
  return readMember(await untilHeard(() => kernel.putMember(session.db, subject, options)))
}

export async function listMembers(
  session: Session,
  p: { limit?: number; startingAfter?: string | null },
): Promise<Page<Member>> {
  checkOptionNames('getMembers', p, { limit: true, startingAfter: true })
  const limit = checkPageLimit(p.limit)
  const options = session.options({ limit: limit + 1, after: p.startingAfter })
  const found = (await kernel.getMembers(session.db, options)).map(readMember)
  return pageOf(found, limit, p.startingAfter, ({ subject }) => subject)
}

/** After a lost reply they may be gone already. */
export async function removeOneMember(
  session: Session,
  p: { subject: string; by?: string },
): Promise<void> {
  checkOptionNames('removeMember', p, { subject: true, by: true })
  const options = session.options({ by: p.by })
  await untilHeard(async (lost) => {
    try {
      await kernel.removeMember(session.db, p.subject, options)
    } catch (error) {
      if (!lost || !(error instanceof WorkflowRunNotFoundError)) throw error
    }
  })
}

function readMember(json: kernel.MemberJson): Member {
  return {
    ...{ subject: json.subject, email: json.email, name: json.name, roles: json.roles },
    ...{ createdAt: new Date(json.created_at), changedAt: new Date(json.changed_at) },
  }
}

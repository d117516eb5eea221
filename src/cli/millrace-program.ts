import type { Command } from 'commander'
import { approvalsCommand } from './commands/approvals.ts'
import { auditCommand } from './commands/audit.ts'
import { bulkCommand } from './commands/bulk.ts'
import { demoCommand } from './commands/demo.ts'
import { devCommand } from './commands/dev.ts'
import { dispatchCommand } from './commands/dispatch.ts'
import { doctorCommand } from './commands/doctor.ts'
import { entitiesCommand } from './commands/entities.ts'
import { eventsCommand } from './commands/events.ts'
import { failuresCommand } from './commands/failures.ts'
import { keysCommand } from './commands/keys.ts'
import { limitsCommand } from './commands/limits.ts'
import { mcpCommand } from './commands/mcp.ts'
import { membersCommand } from './commands/members.ts'
import { migrateCommand } from './commands/migrate.ts'
import { pruneCommand } from './commands/prune.ts'
import { pypgflowCommands } from './commands/pypgflow.ts'
import { queuesCommand } from './commands/queues.ts'
import { runsCommand } from './commands/runs.ts'
import { schedulesCommand } from './commands/schedules.ts'
import { secretsCommand } from './commands/secrets.ts'
import { seedCommand } from './commands/seed.ts'
import { serverCommand } from './commands/server.ts'
import { startCommand } from './commands/start.ts'
import { storageCommand } from './commands/storage.ts'
import { tenantsCommand } from './commands/tenants.ts'
import { versionsCommand } from './commands/versions.ts'
import { webhooksCommand } from './commands/webhooks.ts'
import { workerCommand } from './commands/worker.ts'
import { workersCommand } from './commands/workers.ts'
import { workflowsCommand } from './commands/workflows.ts'
import { makeProgram } from './program.ts'

/** The program with all of its commands. */
export function millraceProgram(): Command {
  const program = makeProgram()

  program.commandsGroup('Run workflows:')
  program.addCommand(devCommand())
  program.addCommand(serverCommand())
  program.addCommand(workerCommand())
  program.addCommand(demoCommand())

  program.commandsGroup('Start and steer runs:')
  program.addCommand(startCommand())
  program.addCommand(runsCommand())
  program.addCommand(bulkCommand())
  program.addCommand(approvalsCommand())
  program.addCommand(eventsCommand())
  program.addCommand(dispatchCommand())
  program.addCommand(schedulesCommand())
  program.addCommand(webhooksCommand())
  program.addCommand(mcpCommand())

  program.commandsGroup('Move entities through states:')
  program.addCommand(entitiesCommand())
  // as pypgflow calls them
  for (const command of pypgflowCommands()) program.addCommand(command)

  program.commandsGroup('See how it is:')
  program.addCommand(failuresCommand())
  program.addCommand(workflowsCommand())
  program.addCommand(versionsCommand())
  program.addCommand(queuesCommand())
  program.addCommand(limitsCommand())
  program.addCommand(storageCommand())
  program.addCommand(workersCommand())
  program.addCommand(doctorCommand())

  program.commandsGroup('Say who may do what:')
  program.addCommand(tenantsCommand())
  program.addCommand(keysCommand())
  program.addCommand(membersCommand())
  program.addCommand(secretsCommand())
  program.addCommand(auditCommand())

  program.commandsGroup('Set up:')
  program.addCommand(migrateCommand())
  program.addCommand(seedCommand())
  program.addCommand(pruneCommand())

  return program
}

import { type Command, Option } from 'commander'
import { InvalidInputError } from '../../model/errors.ts'
import { makeOutput } from '../output.ts'
import { readSettings, type Settings } from '../settings.ts'

/** Adds options that pypgflow's verbs have, beside those of every command. */
export function addTheirOptions(command: Command): Command {
  return command
    .option('--tenant-slug <slug>', 'the same as --tenant')
    .addOption(
      new Option('--format <format>', 'json is the same as --json').choices(['table', 'json']),
    )
}

type TheirFlags = { tenantSlug?: string; format?: 'table' | 'json' }

/** The settings of a command with these options. @throws InvalidInputError if two of them contradict each other */
export function readTheirSettings(command: Command): Settings {
  const settings = readSettings(command)
  const { tenantSlug, format } = command.opts<TheirFlags>()
  const isSaid = command.getOptionValueSourceWithGlobals('tenant') === 'cli'
  if (tenantSlug !== undefined && isSaid && tenantSlug !== settings.tenant)
    throw new InvalidInputError(
      `--tenant-slug says "${tenantSlug}", and --tenant "${settings.tenant}". Leave one of them out.`,
    )
  return {
    ...settings,
    tenant: tenantSlug || settings.tenant,
    out: format === 'json' ? makeOutput({ json: true, quiet: settings.out.quiet }) : settings.out,
  }
}

#!/usr/bin/env node
import { millraceProgram } from './millrace-program.ts'
import { allowClosedPipe } from './output.ts'
import { runProgram } from './program.ts'

allowClosedPipe()

process.exitCode = await runProgram(millraceProgram(), process.argv.slice(2))

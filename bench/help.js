/** What `npm run bench -- --help` prints: a file of its own, as run.js tells it before anything is installed. */
export const help = `npm run bench -- [options]
  --quick             about three minutes on an idle machine; W1 to W3 and a short W4
  --check             a quick run; exits 1 if a ratio is under 0.7 of the committed one
  --sweep             tries the settings of every system on W1 and writes bench/settings.json
  --only W1,W4        these workloads
  --add               with --only: puts them into the committed results, in the place of the same ones
  --systems a,b       these systems
  --rounds 3          how often each system has its turn
  --scale 0.02        a fraction of the work, for trying things out
  --w7 10000000       finished runs that W7 begins with (a tenth as many sleep)
  --out folder        where results go; default: bench/, of a partial run a temporary folder
  --database-url url  a server of your own (a superuser, on this machine)
  --data-dir folder   where the embedded server keeps its data while it runs
  --absurd-sql file   the schema of absurd, which its npm package does not have`

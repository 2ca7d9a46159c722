import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasPython, PYTHON, PYTHON_TESTS, TRACER } from './python-tracer.ts';
import { ROOT } from './server.ts';

const MAX_LINES = 1200;
const PYRIGHT = path.join(ROOT, 'node_modules/pyright/index.js');

test('the Python tracer passes Pyright in strict mode for Python 3.8', async () => {
  const options = ['--project', path.join(PYTHON_TESTS, 'pyrightconfig.json'), '--outputjson'];
  const { stdout } = await promisify(execFile)(process.execPath, [PYRIGHT, ...options], { cwd: ROOT }).catch(
    (failed: { stdout: string }) => failed,
  );
  const { generalDiagnostics, summary } = JSON.parse(stdout);
  expect(generalDiagnostics).toEqual([]);
  expect(summary).toMatchObject({ filesAnalyzed: 1, errorCount: 0 });
});

test('the Python tracer is one file that can be read: under 1,200 lines, with none that is wider than a screen', () => {
  const lines = readFileSync(TRACER, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThan(MAX_LINES);
  expect(lines.filter((line) => line.length > 140)).toEqual([]);
});

test('the Python tracer imports nothing but the standard library and uses the grammar of Python 3.8', async ({
  skip,
}) => {
  skip(!hasPython, 'python3 is not installed');
  const script = `import ast, sys
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 8))
names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
print(sorted({name.split(".")[0] for name in names} - set(sys.stdlib_module_names)))`;
  expect((await promisify(execFile)(PYTHON, ['-c', script, TRACER])).stdout).toBe('[]\n');
});

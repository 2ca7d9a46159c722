import { expect, test } from 'vitest';
import packageJson from '../../package.json';
import readme from '../../README.md';
import { TOOLS } from '../../src/tools/catalog.ts';

/** The rows of the table that follows a heading, cell by cell. */
function table(heading: string): string[][] {
  const [, after = ''] = readme.split(`\n${heading}\n`);
  const lines = after
    .split('\n')
    .filter((line, at, all) => line.startsWith('|') && all.slice(0, at).every((before) => !before.startsWith('#')));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

test('the README lists every tool of the catalogue, in its order', () => {
  expect(table('### Tools').map(([name]) => name)).toEqual(TOOLS.map((tool) => `\`${tool.name}\``));
});

test('the README accounts for every package the project declares', () => {
  const declared = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.devDependencies)].sort();
  const listed = table('### Dependencies').flatMap(([names = '']) =>
    names.split(',').map((name) => name.trim().replaceAll('`', '')),
  );
  expect(listed.sort()).toEqual(declared);
});

// Plain JavaScript on purpose: an old Node must be able to read it, so that it can say so.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} is too old: 22.18 is the oldest that works. \`npm ci\` brings Node 24 with it, unless it was run with --ignore-scripts: run \`npm ci\` again, then \`npm start\`.`,
  );
  process.exit(1);
}

/** Files that the bundle carries as text (see `[[rules]]` in wrangler.toml): browser scripts, style sheets, downloads, templates. */
declare module '*.js' {
  const text: string;
  export default text;
}
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*.py' {
  const text: string;
  export default text;
}
declare module '*.md' {
  const text: string;
  export default text;
}
declare module '*.yaml' {
  const text: string;
  export default text;
}

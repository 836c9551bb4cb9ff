// Resolved by scripts/build.mjs: the file after the colon, bundled for a web page, as text.
declare module 'script:*' {
  const text: string;
  export default text;
}

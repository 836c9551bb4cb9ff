// What the bundler makes of these.

declare module '*.txt' {
  const text: string;
  export default text;
}

declare module 'script:*' {
  const text: string;
  export default text;
}

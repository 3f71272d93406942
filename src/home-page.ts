/** The page at `/` until there is a dashboard: it says where things are. */
import type { Answer } from './http/index.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ferje</title>
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
<h1>Ferje</h1>
<p>A managed file transfer broker. This one is running.</p>
<ul>
<li><a href="graphql">graphql</a>: the API, over HTTP, server-sent events and WebSocket</li>
<li>uploads/{transferId}: the upload of one transfer's file, over tus 1.0</li>
<li>files/{transferId}: its download</li>
<li><a href="health/ready">health/ready</a>: whether the broker is ready</li>
</ul>
</html>
`;

export function homePage(): Answer {
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
    body: PAGE,
  };
}

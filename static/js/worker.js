// Service worker: keeps copies of visited pages for times without a network, and says so on each copy it shows.
// `RELEASE` and `LOCALES` are written above this line when a release is made. Forms, receipts, searches, the
// interface for programs and every address with a question mark are never touched.
"use strict";

const PAGES = `kept-pages-${RELEASE}`;
const ASSETS = `kept-assets-${RELEASE}`;
const MOST = 40;
const UNTOUCHED = new Set(["invest", "receipt", "search", "shortlist", "offline"]);

// The language of a page that may be kept; undefined for everything else.
function language(url) {
  const [, tag, section] = url.pathname.split("/");
  const page = url.pathname.endsWith("/") && !url.search;
  return page && LOCALES.includes(tag) && !UNTOUCHED.has(section) ? tag : undefined;
}

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const mine = new Set([PAGES, ASSETS]);
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("kept-") && !mine.has(name)).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && language(url)) event.respondWith(page(event, request, language(url)));
});

// The page that is already open when the worker starts tells its address, so that it is kept too.
self.addEventListener("message", (event) => {
  const url = new URL(String(event.data), self.location.origin);
  const tag = url.origin === self.location.origin ? language(url) : undefined;
  if (tag) event.waitUntil(fetch(url.pathname).then((answer) => keep(new Request(url.pathname), answer, tag)).catch(() => {}));
});

async function asset(request) {
  const store = await caches.open(ASSETS);
  const kept = await store.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await store.put(request, answer.clone()).catch(() => {});
  return answer;
}

async function page(event, request, tag) {
  try {
    const answer = await fetch(request);
    event.waitUntil(keep(request, answer.clone(), tag).catch(() => {}));
    return answer;
  } catch {
    return (await copy(request, tag)) || (await offline(tag)) || Response.error();
  }
}

async function keep(request, answer, tag) {
  const html = (answer.headers.get("Content-Type") || "").startsWith("text/html");
  if (!answer.ok || !html || answer.redirected || (answer.headers.get("Cache-Control") || "").includes("no-store")) return;
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", new Date().toISOString());
  const text = await answer.text();
  const store = await caches.open(PAGES);
  // One step, so that no moment is without a copy; it moves to the end: what was visited longest ago goes first.
  await store.put(request.url, new Response(text, { headers }));
  const found = (await store.keys()).filter((kept) => !kept.url.endsWith("/offline/"));
  for (const old of found.slice(0, Math.max(0, found.length - MOST))) await store.delete(old);
  for (const address of text.matchAll(/(?:href|src)="(\/static\/[^"]+\.(?:css|js|svg))"/g)) await asset(new Request(address[1]));
  const spare = `/${tag}/offline/`;
  if (!(await store.match(spare))) {
    const fetched = await fetch(spare);
    if (fetched.ok) await store.put(spare, fetched);
  }
}

async function offline(tag) {
  return (await caches.open(PAGES)).match(`/${tag}/offline/`);
}

// A kept page with the notice from the page "offline" of its language put in front of its content.
async function copy(request, tag) {
  const kept = await (await caches.open(PAGES)).match(request.url);
  if (!kept) return undefined;
  const spare = await offline(tag);
  const notice = spare && /<!--kept-->([\s\S]*?)<!--\/kept-->/.exec(await spare.text());
  const headers = new Headers(kept.headers);
  const when = new Date(headers.get("X-Kept-At"));
  const said = new Intl.DateTimeFormat(tag, { dateStyle: "long", timeStyle: "short" }).format(when);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const html = (await kept.text()).replace("<main ", () => `${notice ? notice[1].replace("{date}", said) : ""}<main `);
  return new Response(html, { headers });
}

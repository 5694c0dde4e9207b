// Helps with the inquiry form; everything also works without it. Nothing is kept in the browser, nobody else is asked.
"use strict";

const form = document.getElementById("inquiry");

// What is wrong is read first, also where the browser passes `autofocus` over.
const summary = document.getElementById("error-summary") || document.getElementById("form-notice");
if (summary) summary.focus();

// -- Proof of work (altcha 2): begun when somebody begins to answer, so that mere readers spend nothing. --------------

const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hexadecimal = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve(challenge) {
  const asked = challenge.parameters;
  if (asked.algorithm !== "PBKDF2/SHA-256") return "";
  const nonce = bytes(asked.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const view = new DataView(password.buffer);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(asked.salt), iterations: asked.cost };
  const started = performance.now();
  for (let counter = 0; counter < 100000; counter += 1) {
    view.setUint32(nonce.length, counter);
    // Web Crypto works beside the page: typing is not hindered.
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hexadecimal(await crypto.subtle.deriveBits(how, key, asked.keyLength * 8));
    if (derivedKey.startsWith(asked.keyPrefix)) {
      const solution = { counter, derivedKey, time: Math.round(performance.now() - started) };
      return btoa(JSON.stringify({ challenge, solution }));
    }
  }
  return "";
}

// Web Crypto is there on https and localhost only. Without it the inquiry goes without proof, as it does without script.
if (form && form.dataset.challenge && window.crypto && crypto.subtle) {
  const field = form.elements.namedItem("proof");
  let solving = null;
  const begin = () => {
    if (!solving) {
      solving = solve(JSON.parse(form.dataset.challenge)).catch(() => "").then((found) => { field.value = found; });
    }
    return solving;
  };
  form.addEventListener("input", begin, { once: true });
  form.addEventListener("focusin", begin, { once: true });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (field.value || sent) return;
    event.preventDefault();
    sent = true;
    // Nobody waits longer than ten seconds for it.
    const patience = new Promise((done) => { setTimeout(done, 10000); });
    Promise.race([begin(), patience]).then(() => form.requestSubmit(event.submitter));
  });
  // A page brought back by "back" is a form to be sent again.
  window.addEventListener("pageshow", () => { sent = false; });
}

// -- Opportunities: those of the ticked sectors only, when some are ticked. What is ticked already always stays. -------

const opportunities = document.getElementById("opportunities");
if (form && opportunities) {
  const groups = Array.from(opportunities.querySelectorAll("details[data-sector]"));
  const note = opportunities.querySelector("[data-filtered]");
  const filter = () => {
    const ticked = new Set(Array.from(form.querySelectorAll("input[name=sectors]:checked"), (box) => box.value));
    for (const group of groups) {
      const kept = group.querySelector("input:checked") !== null;
      group.hidden = ticked.size > 0 && !kept && !ticked.has(group.dataset.sector);
      if (ticked.size > 0 && ticked.size < 4 && !group.hidden) group.open = true;
    }
    if (note) note.hidden = !groups.some((group) => group.hidden);
  };
  form.addEventListener("change", (event) => { if (event.target.name === "sectors") filter(); });
  filter();
}

// -- How much room is left in the message; said aloud only near the end. ----------------------------------------------

for (const area of document.querySelectorAll("textarea[data-left]")) {
  const line = document.createElement("p");
  line.className = "form-hint";
  area.after(line);
  const count = () => {
    const left = area.maxLength - area.value.length;
    line.textContent = `${area.dataset.left} ${left}`;
    line.setAttribute("aria-live", left < 200 ? "polite" : "off");
  };
  area.addEventListener("input", count);
  count();
}

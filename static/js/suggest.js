// Suggestions while one types in a search field; without it the field is a plain search. Nothing is kept, and nobody
// but this site is asked. The field is a combobox with a list (WAI-ARIA): arrows choose, Enter opens, Escape closes.
"use strict";

for (const field of document.querySelectorAll("input[type=search][data-suggest]")) {
  const list = document.createElement("ul");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestLabel);
  list.hidden = true;
  field.parentElement.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  field.autocomplete = "off";
  let asked = 0;
  let waiting = 0;

  const options = () => [...list.children];
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  function close() {
    asked += 1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  async function ask() {
    const number = (asked += 1);
    const text = field.value.trim();
    if (!text) return close();
    let found = [];
    try {
      const address = `${field.dataset.suggest}&q=${encodeURIComponent(text)}`;
      const response = await fetch(address);
      if (response.ok) found = (await response.json()).suggestions;
    } catch {
      // No connection: the field stays a plain search.
    }
    if (number !== asked || document.activeElement !== field) return;
    list.replaceChildren(
      ...found.map((item, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dir = "auto";
        option.textContent = item.title;
        option.dataset.url = item.url;
        // Before the field loses the focus.
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          location.assign(item.url);
        });
        return option;
      }),
    );
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(Boolean(found.length)));
    choose(null);
  }

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    // Half a word in an input method is no query yet.
    if (!event.isComposing) waiting = setTimeout(ask, 120);
  });
  field.addEventListener("compositionend", ask);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      location.assign(chosen().dataset.url);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return;
      event.preventDefault();
      const all = [null, ...options()];
      const step = event.key === "ArrowDown" ? 1 : all.length - 1;
      choose(all[(all.indexOf(chosen() || null) + step) % all.length]);
    }
  });
}

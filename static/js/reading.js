// Keeps the reading aids ticked from page to page, in this browser only. Without script they work page by page.
"use strict";

const KEY = "reading-aids";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "[]");
  } catch {
    return []; // storage is switched off or holds something else
  }
}

const boxes = [...document.querySelectorAll(".reading input")];
const ticked = kept();
for (const box of boxes) {
  if (ticked.includes(box.id)) box.checked = true;
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, JSON.stringify(boxes.filter((each) => each.checked).map((each) => each.id)));
    } catch {
      // the aid still works on this page
    }
  });
}

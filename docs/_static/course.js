// A box that scrolls can be reached by keyboard, the navigation's arrows have names, and a page that was opened from the
// disk asks for no other page's text.
"use strict";

if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // a browser reads no page for another one from the disk
}

function reachBoxesThatScroll() {
  for (const box of document.querySelectorAll("div.formula, pre, .bd-article table, .output")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
}

function nameArrows() {
  for (const arrow of document.querySelectorAll("nav summary")) {
    arrow.setAttribute("aria-label", `Pages under ${arrow.closest("li").querySelector("a").textContent.trim()}`);
  }
}

// The theme takes the focus from a button that was pressed; the menu that it opens takes it here.
function focusMenu(event) {
  event.target.parentElement.querySelector(".dropdown-item.active, .dropdown-item")?.focus();
}

addEventListener("DOMContentLoaded", nameArrows);
addEventListener("shown.bs.dropdown", focusMenu);
addEventListener("load", reachBoxesThatScroll);
addEventListener("resize", reachBoxesThatScroll);

// A box that scrolls can be reached by keyboard; and a page opened from the disk asks for no other page's text.
"use strict";

if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // a browser reads no page for another one from the disk
}

function reachBoxesThatScroll() {
  for (const box of document.querySelectorAll("div.formula, pre, .bd-article table, .output")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
}

addEventListener("load", reachBoxesThatScroll);
addEventListener("resize", reachBoxesThatScroll);

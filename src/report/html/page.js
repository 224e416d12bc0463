
"use strict";
(function () {
  var form = document.querySelector(".filter");
  var list = function (what) { return Array.prototype.slice.call(document.querySelectorAll(what)); };
  var cards = list("details");
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = cards.filter(function (card) { return !card.open; });
    opened.forEach(function (card) { card.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (card) { card.open = false; });
  });
  if (!form) return;
  var entries = list("[data-rule]");
  var texts = [];
  var fields = form.elements;
  var count = form.querySelector("output");
  var reset = form.querySelector("button");
  var severities = list(".filter [name=severity]");
  function text(at) {
    var entry = entries[at];
    if (texts[at] === undefined) texts[at] = (entry.querySelector(".said") || entry).textContent.toLowerCase();
    return texts[at];
  }
  function fits(entry, at, words) {
    var data = entry.dataset;
    var state = fields.state.value;
    var there = !state || data.state === state || (state === "open" && data.state !== "suppressed");
    return there && (!fields.rule.value || data.rule === fields.rule.value) &&
      severities.some(function (box) { return box.checked && box.value === data.severity; }) &&
      words.every(function (word) { return text(at).indexOf(word) !== -1; });
  }
  function apply() {
    var words = fields.words.value.toLowerCase().split(" ").filter(Boolean);
    var shown = 0;
    entries.forEach(function (entry, at) {
      entry.hidden = !fits(entry, at, words);
      if (!entry.hidden) shown += 1;
    });
    var all = shown === entries.length;
    count.textContent = all ? entries.length + " shown" : shown + " of " + entries.length + " shown";
    reset.hidden = all;
  }
  function later() { window.setTimeout(apply, 0); }
  list("[data-show]").forEach(function (tile) {
    tile.addEventListener("click", function () {
      form.reset();
      fields.state.value = tile.dataset.show;
      apply();
    });
  });
  window.addEventListener("hashchange", function () {
    var target = document.getElementById(window.location.hash.slice(1));
    if (!target || !target.hidden) return;
    form.reset();
    apply();
    target.scrollIntoView();
  });
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", later);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  apply();
})();

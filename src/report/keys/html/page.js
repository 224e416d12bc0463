
"use strict";
(function () {
  var form = document.querySelector(".filter");
  if (!form) return;
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr.key"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("tbody"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var count = form.querySelector(".count");
  function apply() {
    var words = form.elements.words.value.toLowerCase().split(" ").filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, at) {
      var fits = words.every(function (word) { return texts[at].indexOf(word) !== -1; });
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    groups.forEach(function (group) { group.hidden = !group.querySelector("tr.key:not([hidden])"); });
    count.textContent = words.length ? shown + " of " + rows.length + " keys" : "";
  }
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  apply();
})();

for (const box of document.querySelectorAll(".show input"))
  box.addEventListener("change", () => {
    for (const card of document.querySelectorAll("article." + box.value)) card.hidden = !box.checked;
  });
for (const card of document.querySelectorAll("article"))
  for (const kind of ["mouseover", "mouseout"])
    card.addEventListener(kind, (event) => {
      const field = event.target.closest("[data-field]");
      if (!field) return;
      for (const one of card.querySelectorAll("[data-field=" + field.dataset.field + "]"))
        one.classList.toggle("on", kind === "mouseover");
    });

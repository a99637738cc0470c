(() => {
  const cases = [...document.querySelectorAll("details.case")];
  const selects = [...document.querySelectorAll(".filters select")];
  const search = document.querySelector(".filters input");
  const count = document.querySelector(".filters output");
  if (!search) return;
  const words = new Map(cases.map((item) => [item, item.textContent.toLowerCase()]));
  const apply = () => {
    const sought = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of cases) {
      const fits = selects.every((select) => !select.value || item.dataset[select.name] === select.value)
        && sought.every((word) => words.get(item).includes(word));
      item.hidden = !fits;
      shown += fits;
    }
    count.value = `${shown} of ${cases.length}`;
  };
  for (const control of [...selects, search]) control.addEventListener("input", apply);
  document.querySelector(".filters button").addEventListener("click", () => {
    const shown = cases.filter((item) => !item.hidden);
    const open = !shown.every((item) => item.open);
    for (const item of shown) item.open = open;
  });
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details.case")) { target.hidden = false; target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => cases.forEach((item) => { if (!item.hidden) item.open = true; }));
  apply();
  reveal();
})();

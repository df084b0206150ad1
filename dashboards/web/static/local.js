// Pages tell times in UTC and say so. This tells them in the reader's own zone;
// without it they stay as they are.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (isNaN(at)) continue;
  const zoned = { dateStyle: "medium", timeStyle: "short" };
  time.title = time.textContent;
  time.textContent = at.toLocaleString(document.documentElement.lang, zoned) +
    " " + new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(at).find(p => p.type === "timeZoneName").value;
}

// What is marked with data-again is asked for again every so many seconds, for
// as long as the page still has it. Nobody's place on the page is lost.
for (const part of document.querySelectorAll("[data-again][id]")) {
  const again = async () => {
    const answer = document.hidden ? null : await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (!next) return location.reload();
      if (next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
    }
    setTimeout(again, part.dataset.again * 1000);
  };
  setTimeout(again, part.dataset.again * 1000);
}

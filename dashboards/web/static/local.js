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
